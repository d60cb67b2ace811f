/** Pure: which of the files that the rules name does a build read? */
import type { Closure } from "../closure/facts.ts";
import type { RepoPath } from "../model.ts";

/** Inputs of one state of the tree, and the candidates that are none. */
export interface InputChoice {
  /** path -> content id, sorted by code unit. */
  readonly inputs: ReadonlyMap<RepoPath, string>;
  /** Named by a rule, but no build file names them and nothing includes them: the same kind of map. */
  readonly bystanders: ReadonlyMap<RepoPath, string>;
  /** Of files that count by part, the ids of the whole. */
  readonly whole?: ReadonlyMap<RepoPath, string>;
}

/**
 * @param candidates what the rules name.
 * @param all content ids of every file of the tree, for what a build reads and no rule names.
 * @param closure null: the rules alone decide (a preset that was measured, or globs that a person wrote).
 */
export function chooseInputs(
  candidates: ReadonlyMap<RepoPath, string>,
  all: ReadonlyMap<RepoPath, string>,
  closure: Closure | null,
): InputChoice {
  if (closure === null) return { inputs: candidates, bystanders: new Map() };
  const inputs = new Map<RepoPath, string>();
  const bystanders = new Map<RepoPath, string>();
  for (const [path, id] of candidates) {
    const isRead = closure.open !== null || closure.files.has(path) || !isKnowable(path, id);
    (isRead ? inputs : bystanders).set(path, id);
  }
  for (const path of closure.files.keys()) {
    const id = all.get(path);
    if (id !== undefined && !inputs.has(path)) inputs.set(path, id);
  }
  return { inputs: sortIds(inputs), bystanders };
}

const COMPILED =
  /\.(c|cc|cpp|cxx|c\+\+|cu|cuh|hip|m|mm|h|hh|hpp|hxx|h\+\+|inl|inc|ipp|tcc|tpp|s|S|asm|pyx|pxd|pxi|f|f90)$/;
const BUILD_FILE = /(^|\/)(CMakeLists\.txt|meson\.build)$|\.cmake$/;

/** True for a file that a build reads only if a build file names it or a source includes it. Generators, pins and templates are others. */
function isKnowable(path: RepoPath, id: string): boolean {
  return COMPILED.test(path) || BUILD_FILE.test(path) || isSubmoduleId(id);
}

/** True for the id of a submodule, checked out or not. */
export function isSubmoduleId(id: string): boolean {
  return id.startsWith("commit:") || id === "absent";
}

/** True for what only a compiler reads, so that a compiler's word about it is final. */
export function isCompiled(path: RepoPath): boolean {
  return COMPILED.test(path);
}

/** A map in the one order that every fingerprint uses: by code unit of the path. */
export function sortIds(ids: Iterable<readonly [RepoPath, string]>): Map<RepoPath, string> {
  return new Map([...ids].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
