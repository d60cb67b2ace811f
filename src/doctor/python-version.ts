/** Versions as PEP 440 orders them, as far as build requirements need it. Pure. */

export interface PythonVersion {
  readonly epoch: number;
  readonly release: readonly number[];
  /** `["a" | "b" | "rc", number]`, or null for no pre-release. */
  readonly pre: readonly ["a" | "b" | "rc", number] | null;
  readonly post: number | null;
  readonly dev: number | null;
  readonly local: string;
}

/** @returns null for what PEP 440 does not know. */
export function parseVersion(text: string): PythonVersion | null {
  const parts = PATTERN.exec(text.trim().toLowerCase())?.groups;
  if (parts === undefined) return null;
  const pre = parts["pre"];
  return {
    epoch: Number(parts["epoch"] ?? 0),
    release: (parts["release"] ?? "").split(".").map(Number),
    pre: pre === undefined ? null : [letterOf(pre), Number(parts["preNumber"] || 0)],
    post: parts["post"] === undefined ? null : Number(parts["postNumber"] || parts["postBare"] || 0),
    dev: parts["dev"] === undefined ? null : Number(parts["devNumber"] || 0),
    local: (parts["local"] ?? "").replace(/[-_]/g, "."),
  };
}

/** Below 0: `a` is older. Local parts (`+cu128`) do not count. */
export function compareVersions(a: PythonVersion, b: PythonVersion): number {
  return a.epoch - b.epoch || compareLists(a.release, b.release) || compareLists(tailKey(a), tailKey(b));
}

/** Whether a version meets `>=1.2,<2`; null when that cannot be told. Pre-releases count as what they are. */
export function satisfies(version: string, specifiers: string): boolean | null {
  const found = parseVersion(version);
  if (found === null) return null;
  let all = true;
  for (const one of specifiers
    .split(",")
    .map((text) => text.trim())
    .filter((text) => text !== "")) {
    const [, operator = "", wanted = ""] = /^(~=|==|!=|<=|>=|<|>)\s*(\S+)$/.exec(one) ?? [];
    const answer = meets(found, operator, wanted);
    if (answer === null) return null;
    all &&= answer;
  }
  return all;
}

const PATTERN = new RegExp(
  [
    String.raw`^v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)`,
    String.raw`(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>\d*))?`,
    String.raw`(?<post>-(?<postBare>\d+)|[-_.]?(?:post|rev|r)[-_.]?(?<postNumber>\d*))?`,
    String.raw`(?<dev>[-_.]?dev[-_.]?(?<devNumber>\d*))?`,
    String.raw`(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$`,
  ].join(""),
);

function letterOf(pre: string): "a" | "b" | "rc" {
  if (pre.startsWith("a")) return "a";
  return pre.startsWith("b") ? "b" : "rc";
}

function meets(found: PythonVersion, operator: string, text: string): boolean | null {
  const isPrefix = text.endsWith(".*");
  const wanted = parseVersion(isPrefix ? text.slice(0, -2) : text);
  if (wanted === null || (isPrefix && operator !== "==" && operator !== "!=")) return null;
  const order = compareVersions(found, wanted);
  const sameLocal = wanted.local === "" || wanted.local === found.local;
  const isEqual = isPrefix ? startsWith(found, wanted) : order === 0 && sameLocal;
  switch (operator) {
    case "==":
      return isEqual;
    case "!=":
      return !isEqual;
    case ">=":
      return order >= 0;
    case "<=":
      return order <= 0;
    case ">":
      // 1.7.post1 is no answer to >1.7, nor is 1.7+local.
      return order > 0 && !(found.post !== null && wanted.post === null && sameRelease(found, wanted));
    case "<":
      // 2.0rc1 is no answer to <2.0.
      return order < 0 && !(isPreRelease(found) && !isPreRelease(wanted) && sameRelease(found, wanted));
    case "~=":
      return wanted.release.length < 2
        ? null
        : order >= 0 && startsWith(found, { ...wanted, release: wanted.release.slice(0, -1) });
    default:
      return null;
  }
}

function startsWith(found: PythonVersion, prefix: PythonVersion): boolean {
  return (
    found.epoch === prefix.epoch && prefix.release.every((part, at) => (found.release[at] ?? 0) === part)
  );
}

function sameRelease(a: PythonVersion, b: PythonVersion): boolean {
  return a.epoch === b.epoch && compareLists(a.release, b.release) === 0;
}

function isPreRelease(version: PythonVersion): boolean {
  return version.pre !== null || version.dev !== null;
}

/** 1.0.dev1 < 1.0a1.dev1 < 1.0a1 < 1.0rc1 < 1.0 < 1.0.post1.dev1 < 1.0.post1. */
function tailKey(version: PythonVersion): number[] {
  const { pre, post, dev } = version;
  const onlyDev = pre === null && post === null && dev !== null;
  const stage = onlyDev ? -1 : pre === null ? 3 : ["a", "b", "rc"].indexOf(pre[0]);
  return [stage, pre?.[1] ?? 0, post ?? -1, dev ?? Infinity];
}

/** What the shorter list lacks is zero: 1.0 is 1.0.0. */
function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [left, right] = [a[at] ?? 0, b[at] ?? 0];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
