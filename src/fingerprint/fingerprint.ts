import { createHash } from "node:crypto";
import type { Extension, Fingerprint, RepoPath, Tool, Toolchain } from "../model.ts";
import { toolchainMeaning } from "./toolchain-meaning.ts";

/**
 * inputs + toolchain + recipe. Equal hashes mean that a build of one is as good as a build of the other.
 * @param previous stands in for tools that are not found now: not to be found is no change.
 */
export function makeFingerprint(
  extension: Extension,
  inputs: ReadonlyMap<RepoPath, string>,
  toolchain: Toolchain,
  previous: Toolchain | null = null,
): Fingerprint {
  const known = (tool: Tool): Tool =>
    tool.path === null ? (previous?.tools.find((one) => one.role === tool.role) ?? tool) : tool;
  const meant: Toolchain = { ...toolchain, tools: toolchain.tools.map(known) };
  const hash = createHash("sha256");
  for (const [path, id] of inputs) hash.update(`${path}\0${id}\0`);
  hash.update(`\0toolchain\0${toolchainMeaning(meant)}\0recipe\0${JSON.stringify(extension.recipe)}`);
  return {
    inputs: Object.fromEntries(inputs),
    toolchain,
    recipe: extension.recipe,
    hash: hash.digest("hex"),
  };
}
