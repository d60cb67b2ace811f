/** Which commit's wheel is the right one here, and is it of this source? */
import { showPath } from "../git/path-bytes.ts";
import { gitText } from "../git/git.ts";
import { openRevisions } from "../git/revisions.ts";
import type { Extension, Reason, RepoPath, Workspace } from "../model.ts";
import { upstreamMain } from "../trust/main-branch.ts";
import { inputsAt } from "./inputs-at.ts";
import { compileCommand, differingFrom } from "./precompiled.ts";

export interface Wheel {
  /** Commit whose wheel is of this source. Null: a person named the wheel and only they know, or there is none. */
  readonly commit: string | null;
  /** Why no wheel can stand in for a compile. */
  readonly obstacles: readonly Reason[];
}

const NONE: Wheel = { commit: null, obstacles: [] };

/**
 * The wheel of the newest commit that `revision` shares with the upstream's main branch. vLLM asks for the branch's
 * name on that way, which is empty while HEAD is detached, and then takes the newest wheel there is.
 * @param inputs content ids as they are (or would be) in the work tree.
 */
export async function findWheel(
  ws: Workspace,
  extension: Extension,
  revision: string,
  inputs: ReadonlyMap<RepoPath, string>,
): Promise<Wheel> {
  const { wheel } = extension;
  if (wheel === undefined || wheel.kind === "location") return NONE;
  const commit = wheel.kind === "commit" ? wheel.commit : await sharedCommit(ws, revision);
  if (commit === null) return { commit: null, obstacles: [noneShared(extension)] };
  const atWheel = await inputsOf(ws, extension, commit);
  if (atWheel === null) return NONE; // a commit that is not here: whoever named it knows it
  const differing = differingFrom(atWheel, inputs);
  if (differing.length === 0) return { commit, obstacles: [] };
  return { commit: null, obstacles: [needsCompile(extension, commit, differing, atWheel, inputs)] };
}

async function sharedCommit(ws: Workspace, revision: string): Promise<string | null> {
  const main = await upstreamMain(ws);
  return main === null ? null : gitText(ws.top, ["merge-base", main, revision]);
}

async function inputsOf(
  ws: Workspace,
  extension: Extension,
  commit: string,
): Promise<ReadonlyMap<RepoPath, string> | null> {
  const revisions = openRevisions(ws.top);
  try {
    const id = await revisions.resolve(commit);
    const tree = id === null ? null : await revisions.at(id);
    return tree === null ? null : (await inputsAt(ws.top, extension, tree)).inputs;
  } finally {
    revisions.close();
  }
}

function noneShared({ precompiled }: Extension): Reason {
  const text =
    "which wheel is of this source cannot be told: HEAD shares no commit with the main branch of a trusted remote; " +
    `fetch one (git remote add upstream URL; git fetch upstream; rebuild-if-needed allow --remote upstream) or set ${precompiled?.commit}`;
  return { kind: "tool-missing", path: precompiled?.commit ?? "", text };
}

/** Another commit may have the right wheel, if only ours to choose. */
function whatToDo(extension: Extension): string {
  const { wheel, precompiled } = extension;
  if (wheel?.kind !== "commit" || precompiled === undefined)
    return `: this needs a compile: ${compileCommand(extension)}`;
  return `, which ${precompiled.commit} names: take another (${precompiled.commit}= rebuild-if-needed), or compile: ${compileCommand(extension)}`;
}

function needsCompile(
  extension: Extension,
  commit: string,
  differing: readonly RepoPath[],
  atWheel: ReadonlyMap<RepoPath, string>,
  now: ReadonlyMap<RepoPath, string>,
): Reason {
  const [path = "", ...more] = differing;
  const names =
    more.length === 0 ? `${showPath(path)} differs` : `${showPath(path)} and ${more.length} more differ`;
  const short = commit.slice(0, 9);
  return {
    kind: "input-changed",
    path,
    from: atWheel.get(path) ?? "absent",
    to: now.get(path) ?? "absent",
    text: `${names} from the wheel of ${short}${whatToDo(extension)}`,
  };
}
