import { existsSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { treeHolderText } from "../build/holder.ts";
import { runningBuild } from "../build/running.ts";
import { dropFresh } from "../fingerprint/fresh.ts";
import { uninstallHooks } from "../install/index.ts";
import { EXIT, failure } from "../report/failure.ts";
import { listQuarantine } from "../store/quarantine.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";

/** `uninstall`: hooks as they were before. State stays, and is listed, unless `--purge`. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const args = parse("uninstall", argv, { purge: { type: "boolean" } });
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
  const { stateDir, slotsDir } = ws.value;
  if (args.value.flags.has("purge")) {
    for (const file of listQuarantine(ws.value))
      io.result(`dropped from quarantine: ${file.keptAt} (was ${file.path})`);
    for (const folder of new Set([stateDir, dirname(slotsDir)]))
      rmSync(folder, { recursive: true, force: true });
    io.result("all state of rebuild-if-needed is gone");
  } else if (existsSync(stateDir)) {
    io.result(`kept: ${stateDir} (builds, quarantine). Drop it too: rebuild-if-needed uninstall --purge`);
  }
  return EXIT.good;
}
