import { createHash } from "node:crypto";
import type { Extension, Fingerprint, RepoPath, Tool, Toolchain } from "../model.ts";
import { toolchainMeaning } from "./toolchain-meaning.ts";

/** See fingerprint/choose-inputs.ts. */
interface Inputs {
  readonly inputs: ReadonlyMap<RepoPath, string>;
  readonly bystanders?: ReadonlyMap<RepoPath, string>;
  readonly whole?: ReadonlyMap<RepoPath, string>;
}

/**
 * inputs + toolchain + recipe. Equal hashes mean that a build of one is as good as a build of the other.
 * @param previous stands in for tools that are not found now: not to be found is no change.
 */
export function makeFingerprint(
  extension: Extension,
  { inputs, bystanders = new Map(), whole = new Map() }: Inputs,
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
    ...(bystanders.size === 0 ? {} : { bystanders: Object.fromEntries(bystanders) }),
    ...(whole.size === 0 ? {} : { whole: Object.fromEntries(whole) }),
    toolchain,
    recipe: extension.recipe,
    hash: hash.digest("hex"),
  };
}
