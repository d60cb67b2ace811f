/** What a build from scratch of a work tree would give: worked out here, by nothing of the program under test. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { OUTPUTS } from "./recipe.ts";

export interface Truth {
  /** Text that each output should have. */
  readonly text: string;
  /** The recipe makes nothing of it. */
  readonly fails: boolean;
}

export function truthOf(top: string, tool: string): Truth {
  const version = /^VERSION=(.*)$/m.exec(readFileSync(tool, "utf8"))?.[1] ?? "";
  const files = filesUnder(top, "csrc").sort();
  const source = files.map((path) => `== ${path}\n${readFileSync(join(top, path), "utf8")}`).join("");
  return { text: `TOOL = '${version}'\nSOURCE = """\n${source}"""\n`, fails: source.includes("broken") };
}

/** The outputs as they are: their texts, or null where there is none. */
export function presentOutputs(top: string): ReadonlyMap<string, string | null> {
  return new Map(
    OUTPUTS.map((path) => {
      const full = join(top, path);
      return [path, existsSync(full) ? readFileSync(full, "utf8") : null];
    }),
  );
}

function filesUnder(top: string, folder: string): string[] {
  if (!existsSync(join(top, folder))) return [];
  return readdirSync(join(top, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.name === ".git") return [];
    if (entry.isDirectory()) return filesUnder(top, path);
    return entry.isFile() && !entry.name.endsWith(".log") ? [path] : [];
  });
}
