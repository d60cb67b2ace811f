import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { packageRoot } from "../../helpers/sandbox.ts";

export interface SetupSlice {
  /** Normal form of what reaches the extensions. */
  readonly slice: string;
  /** All strings in it: sources and flags among them. */
  readonly strings: readonly string[];
}

const kept = new Map<string, SetupSlice>();

/** `off`: conditions that are certainly false, as Python writes them. Throws when Python cannot run. */
export function sliceSetup(text: string, off: readonly string[]): SetupSlice {
  const key = `${off.join("\0")}\0\0${text}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const script = join(packageRoot(), "test", "bench", "label", "setup-slice.py");
  const result = spawnSync("python3", [script, ...off], {
    input: text,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (result.status !== 0) throw new Error(`setup-slice.py: ${result.stderr}`);
  const slice = JSON.parse(result.stdout) as SetupSlice;
  kept.set(key, slice);
  return slice;
}
