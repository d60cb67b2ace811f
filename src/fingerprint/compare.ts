/** Pure: no `node:` module here. */
import type { Fingerprint, Reason, RepoPath } from "../model.ts";
import { compareToolchains } from "./compare-toolchain.ts";

/** Every difference between two fingerprints as a reason; none when they are equal. */
export function compareFingerprints(before: Fingerprint, now: Fingerprint): Reason[] {
  return [
    ...compareRecipes(before.recipe, now.recipe),
    ...compareToolchains(before.toolchain, now.toolchain),
    ...compareInputs(new Map(Object.entries(before.inputs)), new Map(Object.entries(now.inputs))),
  ];
}

/** input-added, input-changed and input-removed, by path. */
export function compareInputs(
  before: ReadonlyMap<RepoPath, string>,
  now: ReadonlyMap<RepoPath, string>,
): Reason[] {
  const reasons: Reason[] = [];
  for (const [path, to] of now) {
    const from = before.get(path);
    if (from === undefined) reasons.push({ kind: "input-added", path, to, text: `${show(path)} is new` });
    else if (from !== to)
      reasons.push({ kind: "input-changed", path, from, to, text: changedText(path, from, to) });
  }
  for (const [path, from] of before) {
    if (!now.has(path))
      reasons.push({ kind: "input-removed", path, from, text: `${show(path)} was removed` });
  }
  return reasons.sort((a, b) => ((a.path ?? "") < (b.path ?? "") ? -1 : 1));
}

function compareRecipes(before: Fingerprint["recipe"], now: Fingerprint["recipe"]): Reason[] {
  const [from, to] = [before, now].map((recipe) => recipe.map((argv) => argv.join(" ")).join(" && "));
  if (JSON.stringify(before) === JSON.stringify(now)) return [];
  return [
    { kind: "recipe-changed", from: from ?? "", to: to ?? "", text: `the recipe changed: ${from} -> ${to}` },
  ];
}

function changedText(path: RepoPath, from: string, to: string): string {
  if (!to.startsWith("commit:") || !from.startsWith("commit:")) return `${show(path)} changed`;
  const [old, now] = [from, to].map((id) => id.slice("commit:".length, "commit:".length + 9));
  return old === now
    ? `${show(path)} (submodule) has local changes`
    : `${show(path)} (submodule) ${old} -> ${now}`;
}

/** Control characters and bytes that are no UTF-8, made visible (the same as git/path-bytes.ts, which is not pure). */
function show(path: RepoPath): string {
  return path.replace(/[\u0000-\u001F\u007F\uDC80-\uDCFF]/gu, (char) => {
    return `\\x${((char.codePointAt(0) ?? 0) & 0xff).toString(16).padStart(2, "0")}`;
  });
}
