/** The inputs of an extension in one commit's tree. */
import type { Closure, TreeText } from "../closure/facts.ts";
import { COMMIT, LINK } from "../git/content-id.ts";
import type { Extension, RepoPath } from "../model.ts";
import { chooseInputs, type InputChoice, sortIds } from "./choose-inputs.ts";
import { inputMatcher } from "./inputs.ts";
import { linkedCommit } from "./commit-links.ts";
import { followLinks } from "./follow-links.ts";
import { PYPROJECT, pyprojectId } from "./pyproject.ts";

export interface InputsAt extends InputChoice {
  readonly closure: Closure | null;
}

/** As `inputsNow` would find them with this commit checked out and nothing else in the work tree. */
export async function inputsAt(top: string, extension: Extension, tree: TreeText): Promise<InputsAt> {
  const isInput = inputMatcher(extension.inputs);
  const named = [...tree.ids].filter(([path, id]) => isInput(path, id.startsWith(COMMIT)));
  const candidates = await candidateIds(top, extension, tree, new Map(named));
  if (!extension.guessed) return { inputs: candidates, bystanders: new Map(), closure: null };
  const { findClosure } = await import("../closure/closure.ts");
  const closure = await findClosure(tree);
  return { ...chooseInputs(candidates, new Map([...tree.ids, ...candidates]), closure), closure };
}

/** Ids of chosen files: a link counts with what it points to, a file that counts by part by that part. */
async function candidateIds(
  top: string,
  extension: Extension,
  tree: TreeText,
  named: ReadonlyMap<RepoPath, string>,
): Promise<Map<RepoPath, string>> {
  const ids = new Map(named);
  const matches = inputMatcher(extension.inputs);
  const links = [...tree.ids].filter(([path, id]) => id.startsWith(LINK) && matches(path, true));
  if (links.length > 0) {
    const paths = links.map(([path]) => path);
    await followLinks(linkedCommit(top, tree), paths, (path) => matches(path, false), ids);
  }
  if (tree.ids.has(PYPROJECT) && !ids.has(PYPROJECT) && extension.pyprojectTables.length > 0) {
    const text = (await tree.read([PYPROJECT])).get(PYPROJECT);
    if (text !== undefined) ids.set(PYPROJECT, await pyprojectId(text, extension.pyprojectTables));
  }
  return sortIds(ids);
}
