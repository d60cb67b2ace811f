import { readFileSync } from "node:fs";
import { contentIds, fullPath } from "../git/content-id.ts";
import { openRevisions } from "../git/revisions.ts";
import type { ExtensionDecision, RepoPath } from "../model.ts";
import { tellPins } from "./pinned-versions.ts";

/** Pins named in the reasons of a look at the work tree, where one end may be a file that git does not hold yet. */
export async function tellPinsHere(
  top: string,
  decisions: readonly ExtensionDecision[],
): Promise<ExtensionDecision[]> {
  const revisions = openRevisions(top);
  const onDisk = async (id: string, path: RepoPath): Promise<string | null> => {
    const present = await contentIds(top, [path], id.length === 64 ? "sha256" : "sha1");
    return present.get(path) === id ? readFileSync(fullPath(top, path), "utf8") : null;
  };
  try {
    return await tellPins(decisions, async (id, path) => (await revisions.text(id)) ?? onDisk(id, path));
  } finally {
    revisions.close();
  }
}
