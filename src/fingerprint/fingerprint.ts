import { createHash } from "node:crypto";
import type { Extension, Fingerprint, RepoPath, Tool, Toolchain } from "../model.ts";
import { countedBesideWheel } from "./precompiled.ts";
import { toolchainMeaning } from "./toolchain-meaning.ts";

/** See fingerprint/choose-inputs.ts. */
interface Inputs {
  readonly inputs: ReadonlyMap<RepoPath, string>;
  readonly bystanders?: ReadonlyMap<RepoPath, string>;
  readonly whole?: ReadonlyMap<RepoPath, string>;
  readonly externals?: Fingerprint["externals"];
}

/**
 * inputs + toolchain + recipe. Equal hashes mean that a build of one is as good as a build of the other.
 * @param previous stands in for tools that are not found now: not to be found is no change.
 */
export function makeFingerprint(
  extension: Extension,
  found: Inputs,
  toolchain: Toolchain,
  previous: Toolchain | null = null,
): Fingerprint {
  const { inputs, bystanders } = countedBesideWheel(extension, found);
  const whole = found.whole ?? new Map<RepoPath, string>();
  const externals = Object.entries(found.externals ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const known = (tool: Tool): Tool =>
    tool.path === null ? (previous?.tools.find((one) => one.role === tool.role) ?? tool) : tool;
  const meant: Toolchain = { ...toolchain, tools: toolchain.tools.map(known) };
  const hash = createHash("sha256");
  for (const [path, id] of inputs) hash.update(`${path}\0${id}\0`);
  for (const [name, id] of externals) hash.update(`\0external\0${name}\0${id}\0`);
  hash.update(`\0toolchain\0${toolchainMeaning(meant)}\0recipe\0${JSON.stringify(extension.recipe)}`);
  return {
    inputs: Object.fromEntries(inputs),
    ...(bystanders.size === 0 ? {} : { bystanders: Object.fromEntries(bystanders) }),
    ...(whole.size === 0 ? {} : { whole: Object.fromEntries(whole) }),
    ...(externals.length === 0 ? {} : { externals: Object.fromEntries(externals) }),
    toolchain,
    recipe: extension.recipe,
    hash: hash.digest("hex"),
  };
}
