import { passesSymlink } from "../../fingerprint/outputs.ts";
import type { RepoPath } from "../../model.ts";
import { good, type DoctorContext, type Finding } from "../finding.ts";

const CHECK = "symlinks";

/** No output and no build directory lies behind a symbolic link: what is moved there would be moved elsewhere. */
export function symlinks({ ws, extension }: DoctorContext): Finding[] {
  const fixed = extension.outputs.filter((glob) => !glob.startsWith("!")).map(fixedPart);
  const places = [...new Set([...fixed, ...extension.buildDirs])].filter((place) => place !== "");
  const linked = places.filter((place) => passesSymlink(ws.top, place));
  if (linked.length === 0)
    return places.length === 0 ? [] : [good(CHECK, `none on the way to ${places.join(", ")}`)];
  return linked.map((place) => ({
    check: CHECK,
    level: "error",
    text: `${place} is or passes through a symbolic link`,
    fix: `put a folder of its own in place of the link, or name another path in the configuration`,
    reason: "path-symlinked",
  }));
}

/** The folders of a glob that are literal: `pkg` of `pkg/*.so`, and all of `pkg/glue.py`. */
function fixedPart(glob: string): RepoPath {
  const parts = glob.split("/");
  const end = parts.findIndex((part) => /[*?[\]{}]/.test(part));
  return (end === -1 ? parts : parts.slice(0, end)).join("/");
}
