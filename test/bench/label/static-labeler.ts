import { blobReader, changesBetween, firstParents, treeOf } from "./commits.ts";
import type { State } from "./state.ts";
import type { Step } from "./walk.ts";

/** Labels by the text of the trees alone, for projects that cannot be configured here. */
export interface StaticLabeler {
  /** The only paths that `state` is given: a commit that changes none of them has the state of the one before it. */
  reads(path: string): boolean;
  /** `tree`: path -> object id of what `reads` takes. */
  state(tree: ReadonlyMap<string, string>, read: (path: string) => Promise<string>): Promise<State>;
}

/** A state for each first-parent commit of `range`. */
export async function walkTexts(repo: string, range: string, labeler: StaticLabeler): Promise<Step[]> {
  const commits = firstParents(repo, range);
  const blobs = blobReader(repo);
  const steps: Step[] = [];
  let tree = new Map<string, string>();
  let state: State | null = null;
  for (const [index, { id, at }] of commits.entries()) {
    const before = commits[index - 1];
    let isSame = before !== undefined;
    if (before === undefined) {
      tree = new Map([...treeOf(repo, id)].filter(([path]) => labeler.reads(path)));
    } else {
      for (const { path, oid } of changesBetween(repo, before.id, id)) {
        if (!labeler.reads(path)) continue;
        isSame = false;
        if (oid === null) tree.delete(path);
        else tree.set(path, oid);
      }
    }
    if (!isSame || state === null)
      state = await labeler.state(tree, (path) => blobs.read(tree.get(path) ?? ""));
    steps.push({ id, at, state });
  }
  blobs.close();
  return steps;
}
