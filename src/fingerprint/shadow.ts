import { existsSync } from "node:fs";
import { posix } from "node:path";
import { showPath } from "../git/path-bytes.ts";
import type { Output, Reason } from "../model.ts";
import { outputPath } from "./output-path.ts";

const MODULE = /^(.+?)(\.cpython-[^/]+|\.abi3|\.pypy[^/]+)?\.so$/;

/**
 * Files that the importer would take in place of an output: CPython's FileFinder tries a package folder first,
 * then `<name><EXT_SUFFIX>`, `<name>.abi3.so`, `<name>.so`, then `.py`. Outputs of our own do not shadow.
 */
export function findShadows(
  top: string,
  path: string,
  outputs: readonly Output[],
  extSuffix: string | null,
): Reason[] {
  const folder = posix.dirname(path);
  const module = MODULE.exec(posix.basename(path));
  const stem = module?.[1];
  if (stem === undefined) return [];
  const order = [...(extSuffix === null ? [] : [extSuffix]), ".abi3.so", ".so"];
  const suffix = posix.basename(path).slice(stem.length);
  const rank = order.indexOf(suffix);
  const stronger = [
    `${stem}/__init__.py`,
    ...order.slice(0, Math.max(rank, 0)).map((ending) => stem + ending),
  ];
  const own = new Set(outputs.map((output) => output.path));
  return stronger
    .map((name) => posix.join(folder, name))
    .filter((other) => !own.has(other) && existsSync(outputPath(top, other)))
    .map((other) => ({
      kind: "output-shadowed",
      path,
      to: other,
      text: `${showPath(other)} is imported in place of ${showPath(path)}`,
    }));
}
