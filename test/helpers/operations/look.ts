import { type Look, look } from "../../../src/run.ts";
import type { Tree } from "./tree.ts";

/** What `check` goes by, in this process. */
export async function lookAt(tree: Tree): Promise<Look> {
  const looked = await look(tree.ws, { asker: "event", only: null, ignoreOperation: false });
  if (!looked.ok) throw new Error(looked.failure.message);
  return looked.value;
}

/** Outputs that git tracked when the last good build was made: where nobody waited, one in between may have been it. */
export async function lastBuiltWith(tree: Tree): Promise<readonly string[] | null> {
  const known = (await lookAt(tree)).extensions[0]?.known;
  return known?.kind === "known" ? known.baseline.trackedOutputs : null;
}
