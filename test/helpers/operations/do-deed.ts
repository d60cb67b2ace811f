/** The deeds that git has no part in. */
import {
  copyFileSync,
  chmodSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Damage, Deed } from "./deeds.ts";
import type { Ground } from "./ground.ts";
import { RECIPE } from "./recipe.ts";
import type { Tree } from "./tree.ts";
import { presentOutputs } from "./truth.ts";

type Edit = Extract<
  Deed,
  { kind: "write" | "remove" | "touch" | "damage" | "tool" | "same tool" | "upstream" }
>;

/** Does it in both clones, where both have a part in it. */
export async function edit(ground: Ground, tree: Tree, deed: Edit): Promise<void> {
  const { box, tool } = ground;
  const both = [tree.real, tree.twin];
  switch (deed.kind) {
    case "write":
      for (const top of both) box.write(join(top, deed.path), deed.text);
      return;
    case "remove":
      for (const top of both) rmSync(join(top, deed.path), { force: true });
      return;
    case "touch":
      for (const top of both) touch(join(top, deed.path));
      return;
    case "damage":
      damage(join(tree.real, deed.path), deed.how);
      return mirrorOutputs(tree);
    case "tool":
      return writeFileSync(tool, RECIPE.replace(/^VERSION=.*$/m, `VERSION=${deed.version}`));
    case "same tool":
      if (deed.how === "touched") touch(tool);
      else copyInPlace(tool);
      return;
    case "upstream":
      box.write(join(ground.upstream, deed.path), deed.text);
      await box.commit(ground.upstream, `upstream ${deed.path}`);
  }
}

/** Gives the twin the outputs of the real clone: git treats a tree with ignored files otherwise than one without. */
export function mirrorOutputs(tree: Tree): void {
  const twins = presentOutputs(tree.twin);
  for (const [path, text] of presentOutputs(tree.real)) {
    if (text === twins.get(path)) continue;
    if (text === null) rmSync(join(tree.twin, path));
    else writeFileSync(join(tree.twin, path), text);
  }
}

/** Writes what a commit changed into a file that both clones can apply. */
export async function patchFile(
  ground: Ground,
  tree: Tree,
  deed: Extract<Deed, { kind: "patch" }>,
): Promise<string> {
  const file = ground.box.path("patch");
  const argv =
    deed.with === "am"
      ? ["format-patch", "--stdout", "-1", deed.to]
      : ["diff", "--binary", deed.from, deed.to];
  writeFileSync(file, (await ground.box.run(tree.twin, ["git", ...argv])).stdout);
  return file;
}

function damage(path: string, how: Damage): void {
  if (!existsSync(path)) return;
  const text = readFileSync(path, "utf8");
  switch (how) {
    case "delete":
      return rmSync(path);
    case "empty":
      return writeFileSync(path, "");
    case "overwrite":
      return writeFileSync(path, text.replace(/[a-z]/g, "x"));
    case "append":
      return writeFileSync(path, `${text}# mine\n`);
    case "touch":
      return touch(path);
    case "copy":
      return copyInPlace(path);
  }
}

function copyInPlace(path: string): void {
  copyFileSync(path, `${path}.copy`);
  chmodSync(`${path}.copy`, statSync(path).mode);
  renameSync(`${path}.copy`, path);
}

function touch(path: string): void {
  const now = new Date();
  if (existsSync(path)) utimesSync(path, now, now);
}
