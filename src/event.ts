/** What an event does with a look: nothing, a line, a restore, or a builder. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { runBuilder } from "./build/builder.ts";
import { markLookDue } from "./build/look-due.ts";
import { newBuildId, writeRequest } from "./build/request.ts";
import { recover } from "./build/recover.ts";
import { startBuilder } from "./build/start.ts";
import { watch } from "./build/viewer.ts";
import { isRestoreOnly } from "./decide.ts";
import { isBisecting } from "./git/operation.ts";
import type { Decision, ExtensionDecision, Mode, Reason, Workspace } from "./model.ts";
import { EXIT } from "./report/failure.ts";
import { summarise } from "./report/reasons.ts";
import { stoppedFailure } from "./report/stopped.ts";
import { duration, failureText } from "./report/terminal.ts";
import { look } from "./run.ts";
import { settleFresh } from "./settle-fresh.ts";
import { lastFailure, readHistory } from "./store/history.ts";
import { readEnvironment } from "./store/environment.ts";

export interface EventContext {
  readonly say: (text: string) => void;
  /** A terminal is there to watch a build on. */
  readonly canWatch: boolean;
  /** git's marks of an operation that has ended may still be there. */
  readonly ignoreOperation: boolean;
}

/** Longer builds than this, and those without an estimate, go on in the background in mode `auto`. */
const SHORT_MS = 120_000;

/** Looks on behalf of a git event. Silent only when everything is fresh. */
export async function lookForEvent(ws: Workspace, hook: string, context: EventContext): Promise<void> {
  const tell = (text: string): void => context.say(`rebuild-if-needed: ${text}`);
  dropCheckPending(ws);
  const recovered = await recover(ws);
  if (!recovered.ok) return context.say(failureText(recovered.failure));
  const ask = { asker: "event", only: null, ignoreOperation: context.ignoreOperation } as const;
  const looked = await look(ws, ask);
  if (!looked.ok) return context.say(failureText(looked.failure));
  const { decision, config } = looked.value;
  await settleFresh(looked.value, ask);
  const recorded = readEnvironment(ws);
  if (decision.decision === "fresh") return;
  if (decision.decision === "held" || decision.decision === "blocked") {
    return context.say(failureText(stoppedFailure(decision)));
  }
  const known = stale(decision).filter((one) => !one.reasons.some((reason) => isUnknown(reason.kind)));
  const [unknown] = stale(decision).flatMap((one) => one.reasons.filter((reason) => isUnknown(reason.kind)));
  if (unknown?.kind === "no-baseline") {
    tell("no verified build is recorded here, so nothing is built by itself. Next: rebuild-if-needed init");
  } else if (unknown !== undefined) tell(`stale: ${unknown.text}. Next: rebuild-if-needed`);
  if (known.length === 0) return;
  if (!recorded.ok || recorded.value === null) {
    return tell("no environment is recorded here. Next: rebuild-if-needed init");
  }
  const undone = known
    .map((one) => lastFailure(readHistory(ws), one.name, one.fingerprint))
    .find((entry) => entry?.action === "undo");
  if (undone) {
    const why = `${undone.extension} (${firstReason(decision)})`;
    return tell(
      `stale: ${why}, and its build was undone by you, so it is not tried again. Next: rebuild-if-needed`,
    );
  }
  if (isRestoreOnly(decision)) return restoreHere(ws, hook, known, context);
  return onRebuild(ws, hook, decision, known, config.mode, context);
}

/** Extensions that want work, whose build an event may do. */
function stale(decision: Decision): ExtensionDecision[] {
  return decision.extensions.filter((one) => one.decision === "rebuild" || one.decision === "restore");
}

/** An event never builds what no person has built here, or what cannot be told. */
function isUnknown(kind: Reason["kind"]): boolean {
  return kind === "no-baseline" || kind === "baseline-unreadable";
}

/** The mark of a hook that found no node: this is the look that it could not take. */
function dropCheckPending(ws: Workspace): void {
  try {
    rmSync(join(ws.stateDir, "check-pending"), { force: true });
  } catch {
    // a git dir that cannot be written
  }
}

async function onRebuild(
  ws: Workspace,
  hook: string,
  decision: Decision,
  known: readonly ExtensionDecision[],
  mode: Mode,
  context: EventContext,
): Promise<void> {
  const tell = (text: string): void => context.say(`rebuild-if-needed: ${text}`);
  const names = known.map((one) => one.name).join(", ");
  const history = readHistory(ws);
  const failed = known
    .map((one) => lastFailure(history, one.name, one.fingerprint))
    .find((entry) => entry !== null);
  if (failed !== undefined) {
    const how = `${failed.result} for this very state`;
    return tell(
      `stale: ${names} (${firstReason(decision)}), and its build ${how}, so it is not tried again. Next: rebuild-if-needed`,
    );
  }
  if (isBisecting(ws.gitDir)) {
    return tell(`stale at this bisect step: ${names}. Next: git bisect run rebuild-if-needed exec -- CMD`);
  }
  if (mode === "notify") return tell(`stale: ${names}: ${firstReason(decision)}. Next: rebuild-if-needed`);
  const only = known.map((one) => one.name);
  const { ignoreOperation } = context;
  const isShort = decision.estimateMs !== undefined && decision.estimateMs < SHORT_MS;
  const attach = mode === "foreground" || (mode === "auto" && context.canWatch && isShort);
  const started = startBuilder(ws, { trigger: hook, force: false, only, ignoreOperation, wait: true });
  if (!started.ok) return context.say(failureText(started.failure));
  const { buildId, pid } = started.value;
  if (!attach) {
    const time = decision.estimateMs === undefined ? "" : `, about ${duration(decision.estimateMs)}`;
    const verb = known.every((one) => one.survives === true) ? "verifying" : "rebuilding";
    return tell(
      `${verb} ${names} in the background${time} (${firstReason(decision)}). Watch: rebuild-if-needed wait`,
    );
  }
  const end = await watch({ ws, buildId, pid, write: context.say, showOutput: context.canWatch });
  if (end.kind === "died")
    tell("the builder was killed. Your previous build is in place. Next: rebuild-if-needed");
}

/** A restore takes milliseconds: no process of its own. */
async function restoreHere(
  ws: Workspace,
  hook: string,
  known: readonly ExtensionDecision[],
  context: EventContext,
): Promise<void> {
  const buildId = newBuildId();
  const only = known.map((one) => one.name);
  const { ignoreOperation } = context;
  const request = {
    version: 1,
    buildId,
    trigger: hook,
    force: false,
    only,
    ignoreOperation,
    wait: true,
  } as const;
  writeRequest(ws, request);
  const lines: string[] = [];
  const exit = await runBuilder(ws, request, (line) => lines.push(line));
  if (exit === EXIT.busy) {
    markLookDue(ws);
    return context.say("rebuild-if-needed: a build runs; it looks once more when it ends");
  }
  for (const line of lines)
    context.say(line.startsWith("rebuild-if-needed") ? line : `rebuild-if-needed: ${line}`);
}

function firstReason(decision: Decision): string {
  const reasons = decision.extensions.flatMap((one) => one.reasons);
  const [first = "something moved"] = summarise(reasons, 1);
  return reasons.length > 1 ? `${first} and ${reasons.length - 1} more` : first;
}
