import { treeHolderText } from "../build/holder.ts";
import { takeLock, type LockAnswer } from "../build/lock.ts";
import { worktreeLock } from "../build/lock-places.ts";
import { newBuildId } from "../build/request.ts";
import { restore } from "../build/restore.ts";
import type { ObservedExtension } from "../observe.ts";
import { EXIT, failure } from "../report/failure.ts";
import { stoppedFailure } from "../report/stopped.ts";
import { duration } from "../report/terminal.ts";
import { look, type Look } from "../run.ts";
import { dropFresh } from "../fingerprint/fresh.ts";
import { appendHistory } from "../store/history.ts";
import { stateUnwritable } from "../store/state-file.ts";
import { listSlots, type Slot } from "../store/slots.ts";
import { problemText } from "../verify/findings.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";

/** `undo`: puts the build before the present one back. `--list`: the builds that are kept. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const args = parse("undo", argv);
  if (!args.ok) return fail(io, args.failure);
  const ws = await openWorkspace(io);
  if (!ws.ok) return fail(io, ws.failure);
  const looked = await look(ws.value, {
    asker: "person",
    only: args.value.values.get("extension") ?? null,
    ignoreOperation: true,
  });
  if (!looked.ok) return fail(io, looked.failure);
  if (args.value.flags.has("list")) return list(looked.value, io);
  if (looked.value.decision.decision === "held") return fail(io, stoppedFailure(looked.value.decision));
  const lock = await takeLock(worktreeLock(ws.value), "undo").catch((error: unknown) => error);
  if (!isAnswer(lock)) {
    const unwritable = stateUnwritable(ws.value.stateDir, lock);
    return unwritable.ok ? EXIT.failed : fail(io, unwritable.failure);
  }
  if (lock.kind === "busy")
    return fail(
      io,
      failure(
        "E401",
        `another build runs: ${treeHolderText(ws.value, { owner: lock.owner, buildId: lock.label })}.`,
        "rebuild-if-needed wait",
      ),
    );
  try {
    for (const part of looked.value.extensions) {
      const exit = await undo(looked.value, part, io);
      if (exit !== EXIT.good) return exit;
    }
    return EXIT.good;
  } finally {
    lock.lock.release();
  }
}

function isAnswer(value: unknown): value is LockAnswer {
  return typeof value === "object" && value !== null && "kind" in value;
}

async function undo(looked: Look, part: ObservedExtension, io: Io): Promise<number> {
  const { ws } = looked;
  const { name } = part.extension;
  const present = part.known.kind === "known" ? part.known.baseline : null;
  const previous = listSlots(ws, name).find(
    (slot) => isUsable(slot, looked) && slot.baseline.fingerprint.hash !== present?.fingerprint.hash,
  );
  if (previous === undefined) {
    return fail(
      io,
      failure(
        "E207",
        `no earlier build of ${name} is kept. Nothing was changed.`,
        "rebuild-if-needed undo --list",
      ),
    );
  }
  const startedMs = Date.now();
  const buildId = newBuildId();
  const { fingerprint } = previous.baseline;
  const restored = await restore(looked, part, {
    buildId,
    slot: previous,
    fingerprint,
    isTyped: false,
    mustLoad: false,
  });
  if (!restored.ok) return fail(io, restored.failure);
  dropFresh(ws.stateDir);
  const elapsedMs = Date.now() - startedMs;
  appendHistory(ws, {
    version: 1,
    buildId,
    extension: name,
    at: new Date().toISOString(),
    trigger: "typed",
    action: "undo",
    result: "good",
    elapsedMs,
    commit: previous.baseline.commit,
    fingerprint: part.observation.fingerprint.hash,
    reasons: [],
  });
  const { commit, at } = previous.baseline;
  io.say(
    `undone: ${name} is the build of ${at} again (commit ${commit?.slice(0, 9) ?? "unknown"}) in ${duration(elapsedMs)}`,
  );
  const { problem } = restored.value;
  if (problem !== null) io.say(`  it does not load: ${problemText(problem)}`);
  return EXIT.good;
}

function isUsable(slot: Slot, looked: Look): boolean {
  const { interpreter } = looked.environment;
  return (
    slot.baseline.outputs.every((output) => !looked.tracked.has(output.path)) &&
    (slot.baseline.interpreter === (interpreter?.path ?? null) ||
      slot.baseline.outputs.every((output) => !output.path.startsWith("/")))
  );
}

function list(looked: Look, io: Io): number {
  for (const part of looked.extensions) {
    const present = part.known.kind === "known" ? part.known.baseline.fingerprint.hash : "";
    for (const { baseline } of listSlots(looked.ws, part.extension.name)) {
      const mark = baseline.fingerprint.hash === present ? "*" : " ";
      io.result(
        `${mark} ${part.extension.name}  ${baseline.at}  commit ${baseline.commit?.slice(0, 9) ?? "unknown"}  ${baseline.outputs.length} files`,
      );
    }
  }
  return EXIT.good;
}
