/** One work tree in both clones, what is known of it, and what can be said of it at one moment. */
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { findWorkspace } from "../../../src/git/workspace.ts";
import type { Workspace } from "../../../src/model.ts";
import { listSlots, slotFile } from "../../../src/store/slots.ts";
import { type CloneState, cloneState } from "./clone-state.ts";
import type { Ground } from "./ground.ts";
import { OUTPUTS } from "./recipe.ts";
import { presentOutputs, type Truth, truthOf } from "./truth.ts";

export interface Tree {
  readonly real: string;
  readonly twin: string;
  readonly ws: Workspace;
  /** Outputs that git tracked at the last good build; null: nothing was built here. */
  builtWith: readonly string[] | null;
  /** States whose build failed, by key; `maybe`: it may not have come to that. */
  readonly failed: Map<string, "yes" | "maybe">;
  /** How it was when it was looked at last. */
  last: Glance | null;
}

/** What git has left in a work tree, and what it needs. */
export interface Glance {
  readonly git: CloneState;
  readonly truth: Truth;
  readonly outputs: ReadonlyMap<string, string | null>;
  /** All outputs are what a build from scratch would give, and the same ones as at the last build. */
  readonly isRight: boolean;
  /** A kept build is what a build from scratch would give. */
  readonly isKept: boolean;
  /** Equal where truth and the outputs to make are equal. */
  readonly key: string;
}

export async function treeAt(real: string, twin: string, isBuilt: boolean): Promise<Tree> {
  const ws = await findWorkspace(real);
  if (!ws.ok) throw new Error(ws.failure.message);
  return { real, twin, ws: ws.value, builtWith: isBuilt ? [] : null, failed: new Map(), last: null };
}

/** Looks at the twin, where git has been and nobody else. */
export async function glance(ground: Ground, tree: Tree): Promise<Glance> {
  const git = await cloneState(ground.box, tree.twin);
  const truth = truthOf(tree.twin, ground.tool);
  const outputs = presentOutputs(tree.twin);
  const isSame = tree.builtWith !== null && String(tree.builtWith) === String(git.trackedOutputs);
  return {
    git,
    truth,
    outputs,
    isRight: isSame && areRight(outputs, truth, git.trackedOutputs),
    isKept: isKept(tree.ws, truth, git.trackedOutputs),
    key: `${String(git.trackedOutputs)}\n${truth.text}`,
  };
}

/** All outputs that git does not track hold the truth. */
export function areRight(
  outputs: ReadonlyMap<string, string | null>,
  truth: Truth,
  tracked: readonly string[],
): boolean {
  const wanted = OUTPUTS.filter((path) => !tracked.includes(path));
  return !truth.fails && wanted.every((path) => outputs.get(path) === truth.text);
}

function isKept(ws: Workspace, truth: Truth, tracked: readonly string[]): boolean {
  return listSlots(ws, "core").some((slot) => {
    const { outputs, trackedOutputs } = slot.baseline;
    const texts = outputs.map(({ path }, at) => [path, readFileSync(slotFile(slot, at), "utf8")] as const);
    return String(trackedOutputs) === String(tracked) && areRight(new Map(texts), truth, tracked);
  });
}

/** How often the recipe was started in a work tree. */
export function startsIn(ground: Ground, top: string): number {
  const file = ground.box.path("drive", `starts-${basename(top)}`);
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
}
