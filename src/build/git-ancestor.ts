import { readFileSync } from "node:fs";
import { childProcess } from "../late-modules.ts";

/**
 * The git command that a hook runs for: the nearest ancestor that is git, or the outermost of several in a row
 * (`git pull` runs `git merge`). Null when there is none, or it cannot be told.
 */
export function findGitAncestor(from: number): number | null {
  let found: number | null = null;
  let pid = from;
  for (let depth = 0; depth < 64 && pid > 1; depth++) {
    const facts = parentAndName(pid);
    if (facts === null) return found;
    if (/^git(-|$)/.test(facts.name)) found = pid;
    else if (found !== null) return found;
    pid = facts.parent;
  }
  return found;
}

function parentAndName(pid: number): { parent: number; name: string } | null {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      const end = stat.lastIndexOf(")");
      return {
        name: stat.slice(stat.indexOf("(") + 1, end),
        parent: Number(stat.slice(end + 4).split(" ")[0]),
      };
    }
    const text = childProcess().execFileSync("ps", ["-o", "ppid=,comm=", "-p", String(pid)], {
      encoding: "utf8",
    });
    const [, parent = "0", path = ""] = /^\s*(\d+)\s+(.*)$/m.exec(text) ?? [];
    return { parent: Number(parent), name: path.split("/").pop() ?? "" };
  } catch {
    return null;
  }
}
