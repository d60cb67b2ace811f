import { statfsSync } from "node:fs";
import { askProgram } from "./ask-program.ts";
import { firstThere, isWritable } from "./writable.ts";
import type { DoctorContext } from "./finding.ts";

/** What stands against a compiler cache's work: `stops` the compile, or makes it do no good. */
export interface CacheTrouble {
  readonly stops: boolean;
  readonly text: string;
  readonly fix: string;
}

/** Below this, ccache and sccache soon cannot write. */
const SPARE_BYTES = 100e6;

/** Asks ccache for its settings (some ms) and looks at the folder that they name. */
export async function examineCcache(
  context: DoctorContext,
  program: string,
): Promise<{ readonly folder: string; readonly trouble: CacheTrouble | null }> {
  const answer = await askProgram(context, [program, "-p"]);
  if (answer === null) {
    const fix = "run it by hand to see what it says, or build without it";
    return { folder: "", trouble: { stops: false, text: "it does not answer `ccache -p`", fix } };
  }
  const setting = (name: string): string =>
    new RegExp(`^(?:\\([^)]*\\) )?${name} = ?(.*)$`, "m").exec(answer)?.[1]?.trim() ?? "";
  const folder = setting("cache_dir");
  const isIdle = setting("disable") === "true" || setting("read_only") === "true" || folder === "";
  return { folder, trouble: isIdle ? null : examineFolder(folder, "CCACHE_DIR") };
}

/** A cache's folder can be written, or made, and its file system has room. @param variable that names another one. */
export function examineFolder(folder: string, variable: string): CacheTrouble | null {
  const there = firstThere(folder);
  if (!isWritable(there)) {
    const text = `its cache ${folder} cannot be written${there === folder ? "" : ` (${there} is in the way)`}`;
    return { stops: true, text, fix: `set ${variable} to a folder of yours, or give that one to your user` };
  }
  const { bavail, bsize } = statfsSync(there);
  return judgeRoom(folder, bavail * bsize, variable);
}

/** What the free space below a cache means. */
export function judgeRoom(folder: string, freeBytes: number, variable: string): CacheTrouble | null {
  if (freeBytes >= SPARE_BYTES) return null;
  const text = `the file system of its cache ${folder} has ${Math.round(freeBytes / 1e6)} MB free`;
  return { stops: false, text, fix: `free some space there, or set ${variable} to a folder elsewhere` };
}
