import { createHash } from "node:crypto";
import type { Extension, Fingerprint, RepoPath, Toolchain } from "../model.ts";
import { toolchainMeaning } from "./toolchain-meaning.ts";

/** inputs + toolchain + recipe. Equal hashes mean that a build of one is as good as a build of the other. */
export function makeFingerprint(
  extension: Extension,
  inputs: ReadonlyMap<RepoPath, string>,
  toolchain: Toolchain,
): Fingerprint {
  const hash = createHash("sha256");
  for (const [path, id] of inputs) hash.update(`${path}\0${id}\0`);
  hash.update(`\0toolchain\0${toolchainMeaning(toolchain)}\0recipe\0${JSON.stringify(extension.recipe)}`);
  return {
    inputs: Object.fromEntries(inputs),
    toolchain,
    recipe: extension.recipe,
    hash: hash.digest("hex"),
  };
}
