/** The inputs of an extension in one commit's tree. */
import type { Closure, TreeText } from "../closure/facts.ts";
import { COMMIT, LINK } from "../git/content-id.ts";
import type { Extension, RepoPath } from "../model.ts";
import { chooseInputs, type InputChoice, sortIds } from "./choose-inputs.ts";
import { candidateMatcher } from "./inputs.ts";
import { linkedCommit } from "./commit-links.ts";
import { followLinks } from "./follow-links.ts";
import { countByPart } from "./parts/count-by-part.ts";

export interface InputsAt extends InputChoice {
  readonly closure: Closure | null;
}

/** As `inputsNow` would find them with this commit checked out and nothing else in the work tree. */
export async function inputsAt(top: string, extension: Extension, tree: TreeText): Promise<InputsAt> {
  const candidates = await candidateIds(top, extension, tree);
  const closure = extension.guessed ? await closureAt(tree) : null;
  const all = closure === null ? candidates : new Map([...tree.ids, ...candidates]);
  const { inputs, bystanders } = chooseInputs(candidates, all, closure);
  const counted = await countByPart(inputs, extension, (paths) => tree.read(paths));
  return { inputs: counted.ids, bystanders, whole: counted.whole, closure };
}

async function closureAt(tree: TreeText): Promise<Closure> {
  const { findClosure } = await import("../closure/closure.ts");
  return findClosure(tree);
}

/** Ids of what the rules name; a link counts with what it points to. */
async function candidateIds(
  top: string,
  extension: Extension,
  tree: TreeText,
): Promise<Map<RepoPath, string>> {
  const matches = candidateMatcher(extension);
  const ids = new Map([...tree.ids].filter(([path, id]) => matches(path, id.startsWith(COMMIT))));
  const links = [...tree.ids].filter(([path, id]) => id.startsWith(LINK) && matches(path, true));
  if (links.length > 0) {
    const paths = links.map(([path]) => path);
    await followLinks(linkedCommit(top, tree), paths, (path) => matches(path, false), ids);
  }
  return sortIds(ids);
}
