import { createReadStream, lstatSync, statSync, type BigIntStats } from "node:fs";
import { isAbsolute, join } from "node:path";
import { crypto, streams } from "../late-modules.ts";
import type { FileStat, Interpreter, Output, Reason } from "../model.ts";
import { encodePath, showPath } from "../git/path-bytes.ts";
import type { PathSet } from "../git/path-set.ts";
import { outputPath } from "./output-path.ts";
import { findShadows } from "./shadow.ts";
import { findSiteShadows } from "./site-shadow.ts";

/** stat facts as the manifests keep them. */
export function fileStat(stat: BigIntStats): FileStat {
  return {
    size: Number(stat.size),
    mtimeNs: String(stat.mtimeNs),
    ctimeNs: String(stat.ctimeNs),
    ino: String(stat.ino),
  };
}

/** sha256 of a file's content, streamed. Throws when it cannot be read. */
export async function hashFile(path: string): Promise<string> {
  const hash = crypto().createHash("sha256");
  await streams().pipeline(createReadStream(encodePath(path), { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

/** Manifest of outputs as they are now; one that is not a regular file is left out. */
export async function readOutputs(top: string, paths: readonly string[]): Promise<Output[]> {
  const outputs: Output[] = [];
  for (const path of paths) {
    const full = outputPath(top, path);
    const stat = lstatSync(encodePath(full), { bigint: true, throwIfNoEntry: false });
    if (!stat?.isFile()) continue;
    outputs.push({ path, mode: Number(stat.mode) & 0o7777, sha256: await hashFile(full), ...fileStat(stat) });
  }
  return outputs.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** What is wrong with the outputs of the baseline: stat decides, a changed stat is settled by content. */
export async function compareOutputs(
  top: string,
  outputs: readonly Output[],
  tracked: PathSet,
  interpreter: Pick<Interpreter, "extSuffix" | "sitePackages"> | null,
): Promise<Reason[]> {
  const reasons: Reason[] = findSiteShadows(
    top,
    outputs.map((output) => output.path),
    interpreter,
  );
  for (const output of outputs) {
    const name = showPath(output.path);
    if (tracked.has(output.path)) {
      reasons.push({
        kind: "output-tracked",
        path: output.path,
        text: `${name} was built here and git tracks it now`,
      });
      continue;
    }
    const text = await damageOf(outputPath(top, output.path), output, name);
    if (text !== null) reasons.push({ ...text, path: output.path });
    else reasons.push(...findShadows(top, output.path, outputs, interpreter?.extSuffix ?? null));
  }
  return reasons;
}

async function damageOf(full: string, output: Output, name: string): Promise<Omit<Reason, "path"> | null> {
  const stat = lstatSync(encodePath(full), { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return { kind: "output-missing", text: `${name} is missing` };
  if (!stat.isFile()) return { kind: "output-changed", text: `${name} is no regular file any more` };
  const now = fileStat(stat);
  const untouched =
    now.size === output.size &&
    now.mtimeNs === output.mtimeNs &&
    now.ctimeNs === output.ctimeNs &&
    now.ino === output.ino;
  if (untouched) return null;
  if (now.size === 0 && output.size > 0) return { kind: "output-changed", text: `${name} is empty` };
  if (now.size !== output.size || (await hashOrNull(full)) !== output.sha256) {
    return { kind: "output-changed", text: `${name} is not the file that was built` };
  }
  return null;
}

async function hashOrNull(path: string): Promise<string | null> {
  try {
    return await hashFile(path);
  } catch {
    return null;
  }
}

/** True when `path` itself or a folder on the way to it from `top` is a symbolic link. */
export function passesSymlink(top: string, path: string): boolean {
  if (isAbsolute(path)) return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  let folder = top;
  for (const part of path.split("/")) {
    folder = join(folder, part);
    const stat = lstatSync(encodePath(folder), { throwIfNoEntry: false });
    if (stat === undefined) return false;
    if (stat.isSymbolicLink()) return true;
  }
  return false;
}

/** Device of the nearest existing folder of `path`, for telling whether a rename can work. */
export function deviceOf(path: string): number {
  let folder = path;
  for (;;) {
    const stat = statSync(encodePath(folder), { throwIfNoEntry: false });
    if (stat) return stat.dev;
    folder = join(folder, "..");
  }
}
