import { lstatSync } from "node:fs";
import { outputPath } from "../fingerprint/output-path.ts";
import { fileStat, hashFile } from "../fingerprint/outputs.ts";
import { encodePath } from "../git/path-bytes.ts";
import type { Output } from "../model.ts";

/** Those of `paths` that hold something else than the manifest says: a person's file, or a build of unknown origin. */
export async function foreignOutputs(
  top: string,
  paths: readonly string[],
  manifest: readonly Output[],
): Promise<Set<string>> {
  const known = new Map(manifest.map((output) => [output.path, output]));
  const foreign = new Set<string>();
  for (const path of paths) {
    const stat = lstatSync(encodePath(outputPath(top, path)), { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) continue;
    const output = known.get(path);
    const now = fileStat(stat);
    if (
      output !== undefined &&
      now.ino === output.ino &&
      now.ctimeNs === output.ctimeNs &&
      now.size === output.size
    )
      continue;
    const isOurs =
      output !== undefined && (await hashFile(outputPath(top, path)).catch(() => "")) === output.sha256;
    if (!isOurs) foreign.add(path);
  }
  return foreign;
}
