/** Pure: no `node:` module here. */
import { showPath } from "../git/path-bytes.ts";
import type { Fingerprint, Reason, RepoPath } from "../model.ts";
import type { InputChoice } from "./choose-inputs.ts";
import { compareToolchains } from "./compare-toolchain.ts";

/** Every difference between two fingerprints as a reason; none when they are equal. */
export function compareFingerprints(before: Fingerprint, now: Fingerprint): Reason[] {
  return [
    ...compareRecipes(before.recipe, now.recipe),
    ...compareToolchains(before.toolchain, now.toolchain),
    ...compareChoices(choiceOf(before), choiceOf(now)),
    ...compareInputs(externalsOf(before), externalsOf(now)),
  ];
}

/**
 * Differences of inputs. A file that is as it was, but is read only at one end, is no reason: what reads it is. So is
 * one that nothing reads any more.
 */
export function compareChoices(before: InputChoice, now: InputChoice): Reason[] {
  return compareInputs(before.inputs, now.inputs).filter(({ kind, path = "", to }) => {
    if (kind === "input-added") return before.bystanders.get(path) !== to;
    return kind !== "input-removed" || !now.bystanders.has(path);
  });
}

function choiceOf({ inputs, bystanders = {} }: Fingerprint): InputChoice {
  return { inputs: new Map(Object.entries(inputs)), bystanders: new Map(Object.entries(bystanders)) };
}

function externalsOf({ externals = {} }: Fingerprint): ReadonlyMap<string, string> {
  return new Map(Object.entries(externals));
}

/** input-added, input-changed and input-removed, by path. */
export function compareInputs(
  before: ReadonlyMap<RepoPath, string>,
  now: ReadonlyMap<RepoPath, string>,
): Reason[] {
  const reasons: Reason[] = [];
  for (const [path, to] of now) {
    const from = before.get(path);
    if (from === undefined) reasons.push({ kind: "input-added", path, to, text: `${showPath(path)} is new` });
    else if (from !== to)
      reasons.push({ kind: "input-changed", path, from, to, text: changedText(path, from, to) });
  }
  for (const [path, from] of before) {
    if (!now.has(path))
      reasons.push({ kind: "input-removed", path, from, text: `${showPath(path)} was removed` });
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
  if (!to.startsWith("commit:") || !from.startsWith("commit:")) return `${showPath(path)} changed`;
  const [old, now] = [from, to].map((id) => id.slice("commit:".length, "commit:".length + 9));
  return old === now
    ? `${showPath(path)} (submodule) has local changes`
    : `${showPath(path)} (submodule) ${old} -> ${now}`;
}
