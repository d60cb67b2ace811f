/** The inputs of an extension as they are in the work tree. */
import { isCFamily } from "../build/answer/c-family.ts";
import type { Closure } from "../closure/facts.ts";
import { compileGlobs } from "../config/globs.ts";
import type { WorkTree } from "../git/work-tree.ts";
import { readTexts } from "../git/work-tree-text.ts";
import type { Baseline, Extension, Fingerprint, RepoPath, Workspace } from "../model.ts";
import { chooseInputs, type InputChoice, isCompiled, isSubmoduleId } from "./choose-inputs.ts";
import { candidateMatcher, type LaggingSubmodule, observeCandidates, observeFiles } from "./inputs.ts";
import { countByPart } from "./parts/count-by-part.ts";

export interface InputsNow extends InputChoice {
  readonly lagging: readonly LaggingSubmodule[];
  /** Which files name or include which; null where it was not needed or the rules alone decide. */
  readonly closure: Closure | null;
  /** Inputs of the baseline that no rule names and that are there, but read by nothing any more. */
  readonly noLongerRead?: ReadonlySet<RepoPath>;
}

/**
 * Where the text of the tree decides what is an input, it is read only if a candidate differs from the baseline: equal
 * candidates have equal inputs.
 */
export async function inputsNow(
  ws: Workspace,
  tree: WorkTree,
  extension: Extension,
  baseline: Baseline | null,
): Promise<InputsNow> {
  const before = baseline?.fingerprint ?? null;
  const known = extension.guessed ? before : null;
  const isRule = candidateMatcher(extension);
  const unruled = new Set(
    Object.entries(known?.inputs ?? {})
      .filter(([path, id]) => !isRule(path, isSubmoduleId(id)))
      .map(([path]) => path),
  );
  const observed = await observeCandidates(ws, tree, extension, unruled);
  const read = (paths: readonly RepoPath[]): Promise<ReadonlyMap<RepoPath, string>> =>
    readTexts(ws.top, paths);
  const { ids, whole } = await countByPart(observed.ids, extension, read, before);
  const laggingOf = (inputs: ReadonlyMap<RepoPath, string>): LaggingSubmodule[] =>
    observed.lagging.filter(({ path }) => inputs.has(path));
  if (!extension.guessed) {
    return { inputs: ids, bystanders: new Map(), whole, lagging: observed.lagging, closure: null };
  }
  const same = known === null ? null : sameChoice(ids, known);
  if (same !== null) return { ...same, whole, lagging: laggingOf(same.inputs), closure: null };
  const closure = await closureNow(ws, tree);
  const missing = [...closure.files.keys()].filter((path) => !ids.has(path));
  const others = missing.length === 0 ? null : await observeFiles(ws, tree, chooser(missing));
  const more = await countByPart(others?.ids ?? new Map(), extension, read, before);
  const candidates = new Map([...ids].filter(([path]) => !unruled.has(path)));
  const choice = chooseInputs(candidates, new Map([...ids, ...more.ids]), closure);
  const allWhole = new Map([...whole, ...more.whole].filter(([path]) => choice.inputs.has(path)));
  const noLongerRead = new Set([...unruled].filter((path) => ids.has(path) && !choice.inputs.has(path)));
  return { ...choice, whole: allWhole, lagging: laggingOf(choice.inputs), closure, noLongerRead };
}

/**
 * Files whose change no compiler can have noticed: it read none of them in the last build, and only what includes them
 * could make it read them now, which is a change of its own. What a build file names may be read by more than compilers.
 */
export function unreadFiles(
  baseline: Baseline,
  now: { readonly closure: Closure | null },
): ReadonlySet<RepoPath> {
  const unread = new Set<RepoPath>();
  const { answer, fingerprint } = baseline;
  if (answer === undefined || now.closure === null) return unread;
  const read = new Set(answer.files);
  const { inputs, bystanders = {} } = fingerprint;
  for (const path of [...Object.keys(inputs), ...Object.keys(bystanders)]) {
    const from = now.closure.files.get(path);
    const isNamed = from !== undefined && (from === null || !isCompiled(from));
    if (isCFamily(path) && !read.has(path) && !isNamed) unread.add(path);
  }
  return unread;
}

/** Present ids of what the last build read beside its inputs. */
export async function alsoReadNow(
  ws: Workspace,
  tree: WorkTree,
  baseline: Baseline | null,
): Promise<ReadonlyMap<RepoPath, string>> {
  const paths = Object.keys(baseline?.alsoRead ?? {});
  if (paths.length === 0) return new Map();
  const untracked = paths.filter((path) => !tree.tracked.has(path)); // perhaps not listed, and ignored since
  return (await observeFiles(ws, { ...tree, untracked }, chooser(paths))).ids;
}

/**
 * Ids of what a build read and that is no input by rule or text: a header that a macro names, a table with a suffix of
 * its own. A glob that leaves a file out has the last word.
 */
export async function alsoRead(
  ws: Workspace,
  tree: WorkTree,
  part: { readonly extension: Extension; readonly inputs: ReadonlyMap<RepoPath, string> },
  read: readonly RepoPath[],
): Promise<Record<RepoPath, string>> {
  const leftOut = part.extension.inputs.filter((glob) => glob.startsWith("!")).map((glob) => glob.slice(1));
  const isLeftOut = compileGlobs(leftOut);
  const paths = read.filter((path) => !part.inputs.has(path) && !isLeftOut(path));
  if (paths.length === 0) return {};
  return Object.fromEntries((await observeFiles(ws, tree, chooser(paths))).ids);
}

async function closureNow(ws: Workspace, tree: WorkTree): Promise<Closure> {
  const { workTreeClosure } = await import("../closure/work-tree.ts");
  return workTreeClosure(ws, tree);
}

function chooser(paths: Iterable<RepoPath>): (path: RepoPath) => boolean {
  const wanted = new Set(paths);
  return (path) => wanted.has(path);
}

/** The inputs and bystanders as they were, when `ids` are these and all unchanged; else null. */
function sameChoice(ids: ReadonlyMap<RepoPath, string>, known: Fingerprint): InputChoice | null {
  const inputs = new Map(Object.entries(known.inputs));
  const bystanders = new Map(Object.entries(known.bystanders ?? {}));
  if (ids.size !== inputs.size + bystanders.size) return null;
  const isSame = [...ids].every(([path, id]) => (inputs.get(path) ?? bystanders.get(path)) === id);
  return isSame ? { inputs, bystanders } : null;
}
