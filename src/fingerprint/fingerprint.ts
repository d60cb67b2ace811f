import { crypto } from "../late-modules.ts";
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
 * @param before its tools stand in for those that are not found now: not to be found is no change.
 */
export function makeFingerprint(
  extension: Extension,
  found: Inputs,
  toolchain: Toolchain,
  before: Fingerprint | null = null,
): Fingerprint {
  const { inputs, bystanders } = countedBesideWheel(extension, found);
  const whole = found.whole ?? new Map<RepoPath, string>();
  const externals = Object.entries(found.externals ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const known = (tool: Tool): Tool =>
    tool.path === null ? (before?.toolchain.tools.find((one) => one.role === tool.role) ?? tool) : tool;
  const meant: Toolchain = { ...toolchain, tools: toolchain.tools.map(known) };
  const fingerprint = {
    inputs: Object.fromEntries(inputs),
    ...(bystanders.size === 0 ? {} : { bystanders: Object.fromEntries(bystanders) }),
    ...(whole.size === 0 ? {} : { whole: Object.fromEntries(whole) }),
    ...(externals.length === 0 ? {} : { externals: Object.fromEntries(externals) }),
    toolchain,
    recipe: extension.recipe,
  };
  const now = { ...fingerprint, toolchain: meant };
  // Nearly always. A hash costs more than the comparison: nothing else of a look needs node:crypto.
  if (before !== null && hasAllTools(before) && areEqual(before, now))
    return { ...fingerprint, hash: before.hash };
  return { ...fingerprint, hash: hashOf(now) };
}

function hashOf({ inputs, externals = {}, toolchain, recipe }: Omit<Fingerprint, "hash">): string {
  const hash = crypto().createHash("sha256");
  for (const [path, id] of Object.entries(inputs)) hash.update(`${path}\0${id}\0`);
  for (const [name, id] of Object.entries(externals)) hash.update(`\0external\0${name}\0${id}\0`);
  hash.update(`\0toolchain\0${toolchainMeaning(toolchain)}\0recipe\0${JSON.stringify(recipe)}`);
  return hash.digest("hex");
}

/** Equal in all that is hashed. */
function areEqual(one: Omit<Fingerprint, "hash">, other: Omit<Fingerprint, "hash">): boolean {
  return (
    haveEqualIds(one.inputs, other.inputs) &&
    haveEqualIds(one.externals ?? {}, other.externals ?? {}) &&
    toolchainMeaning(one.toolchain) === toolchainMeaning(other.toolchain) &&
    JSON.stringify(one.recipe) === JSON.stringify(other.recipe)
  );
}

function haveEqualIds(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): boolean {
  const paths = Object.keys(one);
  return (
    paths.length === Object.keys(other).length &&
    paths.every((path) => Object.hasOwn(other, path) && one[path] === other[path])
  );
}

/** False for one whose hash was made with a tool of the build before it. */
function hasAllTools({ toolchain }: Fingerprint): boolean {
  return toolchain.tools.every((tool) => tool.path !== null);
}
