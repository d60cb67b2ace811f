/** Pure: no `node:` module here. Changes of torch and Python that a build's outputs survive (docs/decisions/0011). */
import type { Baseline, Fingerprint, Package, Reason, Tool } from "../model.ts";

/**
 * The differences of `now` from the build, with what follows from each, when the outputs survive all of them; null
 * when there is another one, or none, or when it is not known what they survive.
 */
export function survivedDifferences(
  baseline: Baseline,
  now: Fingerprint,
  compare: (now: Fingerprint) => readonly Reason[],
): Reason[] | null {
  const { fingerprint: before, survives } = baseline;
  if (survives === undefined || baseline.origin === "unproven") return null;
  const torchAsBefore = (entry: Package): Package =>
    entry.name === "torch" && entry.version !== null && survives.torch
      ? (before.toolchain.packages.find(({ name }) => name === entry.name) ?? entry)
      : entry;
  const pythonAsBefore = (tool: Tool): Tool =>
    tool.role === "python" && survives.python && isFound(baseline, tool)
      ? (before.toolchain.tools.find(({ role }) => role === tool.role) ?? tool)
      : tool;
  const rest = compare({
    ...now,
    toolchain: {
      ...now.toolchain,
      packages: now.toolchain.packages.map(torchAsBefore),
      tools: now.toolchain.tools.map(pythonAsBefore),
    },
  });
  const differences = compare(now);
  if (rest.length > 0 || differences.length === 0) return null;
  return differences.map((reason) => ({ ...reason, text: `${reason.text}; ${why(reason)}` }));
}

function why({ kind }: Reason): string {
  const none =
    kind === "package-changed"
      ? "the outputs use no torch C++ name"
      : "the outputs use nothing of Python outside the limited API";
  return `${none}: they are verified, not rebuilt`;
}

/** Whether the importer of this Python would take every output by its name and place. */
function isFound(baseline: Baseline, python: Tool): boolean {
  const [, minor] = /^(\d+\.\d+)\./.exec(python.version) ?? [];
  if (python.path === null || minor === undefined) return false;
  return baseline.outputs.every(({ path }) => {
    const place = path.startsWith("/") ? /\/python(\d+\.\d+)t?\//.exec(path)?.[1] : undefined;
    if (place !== undefined && place !== minor) return false;
    const tag = /\.((?:cpython|pypy|graalpy)[\w-]*)\.so$/.exec(path)?.[1];
    return tag === undefined || new RegExp(`^cpython-${minor.replace(".", "")}t?(-|$)`).test(tag);
  });
}
