import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { treeHolderText } from "../build/holder.ts";
import { runningBuild } from "../build/running.ts";
import { dropFresh } from "../fingerprint/fresh.ts";
import { HOOK_FOLDERS, uninstallHooks } from "../install/index.ts";
import { EXIT, failure } from "../report/failure.ts";
import type { Workspace } from "../model.ts";
import { removeTree } from "../store/move.ts";
import { listQuarantine } from "../store/quarantine.ts";
import { measureSlots } from "../store/slots.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";

/** `uninstall`: hooks as they were before. State stays, and is listed, unless `--purge`. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const args = parse("uninstall", argv);
  if (!args.ok) return fail(io, args.failure);
  const ws = await openWorkspace(io);
  if (!ws.ok) return fail(io, ws.failure);
  const running = runningBuild(ws.value);
  if (running !== null) {
    const who = treeHolderText(ws.value, running);
    return fail(io, failure("E401", `a build runs: ${who}.`, "rebuild-if-needed wait"));
  }
  const taken = await uninstallHooks({ ws: ws.value });
  if (!taken.ok) return fail(io, taken.failure);
  const { removed, restored, trimmed, left } = taken.value;
  for (const path of removed) io.result(`removed: ${path}`);
  for (const path of [...restored, ...trimmed]) io.result(`as it was: ${path}`);
  for (const { path, why } of left) io.result(`left: ${path} (${why})`);
  dropFresh(ws.value.stateDir);
  if (args.value.flags.has("purge")) purge(ws.value, io);
  else for (const line of keptLines(ws.value)) io.result(line);
  return EXIT.good;
}

/** What stays: builds to go back to, and files that were not ours. */
function keptLines(ws: Workspace): readonly string[] {
  const { count, bytes } = measureSlots(ws);
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  const lines = [
    ...(count === 0
      ? []
      : [`kept: ${count} ${count === 1 ? "build" : "builds"} in ${ws.slotsDir} (${size})`]),
    ...listQuarantine(ws).map((file) => `kept in quarantine: ${file.keptAt} (was ${file.path})`),
  ];
  if (lines.length === 0 && !existsSync(ws.stateDir)) return [];
  return [...lines, `kept: the records in ${ws.stateDir}. Drop it all: rebuild-if-needed uninstall --purge`];
}

/** The builds are those of all work trees: a linked one drops only what is its own. */
function purge(ws: Workspace, io: Io): void {
  for (const file of listQuarantine(ws))
    io.result(`dropped from quarantine: ${file.keptAt} (was ${file.path})`);
  drop(ws.stateDir);
  const others = otherStates(ws);
  if (others.length === 0) {
    drop(dirname(ws.slotsDir));
    io.result("all state of rebuild-if-needed is gone");
    return;
  }
  io.result(`the state of this work tree is gone: ${ws.stateDir}`);
  for (const folder of others)
    io.result(`left: ${folder} (of another work tree; \`uninstall --purge\` there)`);
}

/** A hook folder of ours that is still there by now holds files of others. */
function drop(folder: string): void {
  const isLeft = (name: string): boolean => HOOK_FOLDERS.includes(name);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of names) if (!isLeft(name)) removeTree(join(folder, name));
  if (!names.some(isLeft)) removeTree(folder);
}

/** State of other work trees of this repository. The main one's folder also holds what all share. */
function otherStates(ws: Workspace): readonly string[] {
  const linked = join(ws.commonDir, "worktrees");
  const gitDirs = existsSync(linked) ? readdirSync(linked).map((name) => join(linked, name)) : [];
  return [ws.commonDir, ...gitDirs]
    .map((gitDir) => join(gitDir, "rebuild-if-needed"))
    .filter((folder) => folder !== ws.stateDir && existsSync(folder));
}
