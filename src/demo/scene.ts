import { statSync } from "node:fs";
import { join } from "node:path";
import type { Shown, Stage } from "./stage.ts";

/** One thing that happens to a developer, played with real commands. */
export interface Scene {
  readonly title: string;
  play(stage: Stage): Promise<Played>;
}

/** A row of the table at the end. */
export interface Played {
  readonly happened: string;
  readonly ms: number;
}

/** The import of the incident. */
export function showImport(stage: Stage): Promise<Shown> {
  return stage.show([
    "python",
    "-c",
    "from tinyflash.attn import flash_attn_varlen_func as f; print(f(84, 0.5))",
  ]);
}

export function imports({ code, output }: Shown): boolean {
  return code === 0 && output.trim() === "42.0";
}

/** Inode and times of the compiled module: another file has others. */
export async function libraryIdentity(stage: Stage): Promise<string> {
  const suffix = await stage.must(stage.clone, [
    "python",
    "-c",
    "import sysconfig; print(sysconfig.get_config_var('EXT_SUFFIX'))",
  ]);
  const stat = statSync(join(stage.clone, "tinyflash", "attn", `_C${suffix}`), {
    bigint: true,
    throwIfNoEntry: false,
  });
  return stat === undefined ? "absent" : `${stat.ino}:${stat.size}:${stat.mtimeNs}`;
}
