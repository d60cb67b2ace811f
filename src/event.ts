/** What an event does with a look: nothing, a line, a restore, or a builder. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { seenFirst } from "./observe.ts";
import { isJournalThere } from "./build/journal.ts";
import { isRestoreOnly } from "./decide.ts";
import type { Decision, ExtensionDecision, Reason, Workspace } from "./model.ts";
import type { Failure } from "./report/failure.ts";
import { firstReason } from "./report/reasons.ts";
import { stoppedFailure } from "./report/stopped.ts";
import { failureText } from "./report/terminal.ts";
import { look } from "./run.ts";
import { settleFresh } from "./settle-fresh.ts";
import { lastFailure, readHistory } from "./store/history.ts";
import { environmentPath, readEnvironment } from "./store/environment.ts";

export interface EventContext {
  readonly say: (text: string) => void;
  /** A terminal is there to watch a build on. */
  readonly canWatch: boolean;
  /** git's marks of an operation that has ended may still be there. */
  readonly ignoreOperation: boolean;
  /** git is about to check out submodules: one that lags now is no news. */
  readonly updatesSubmodules: boolean;
  /** Sees to it that somebody looks once more when the build that runs, or git itself, has ended. */
  readonly lookAgain: () => void;
}

/** What became of an event's look. */
export type EventEnd =
  /** All is fresh, or was brought about, or is about to be. */
  | { readonly kind: "seen-to" }
  /** Stale, and nothing is done about it. `state` names what was found. */
  | { readonly kind: "stopped"; readonly state: string };

/** Looks on behalf of a git event. Silent only when everything is fresh. */
export async function lookForEvent(ws: Workspace, hook: string, context: EventContext): Promise<EventEnd> {
  const tell = (text: string): void => context.say(`rebuild-if-needed: ${text}`);
  const fail = (failure: Failure, state = failureState(failure)): EventEnd => {
    context.say(failureText(failure));
    return { kind: "stopped", state };
  };
  dropCheckPending(ws);
  if (isJournalThere(ws)) {
    const { recover } = await import("./build/recover.ts");
    const recovered = await recover(ws);
    if (!recovered.ok) return fail(recovered.failure);
  }
  const ask = { asker: "event", only: null, ignoreOperation: context.ignoreOperation } as const;
  const looked = await look(ws, ask);
  if (!looked.ok) {
    if (isNoProject(ws, looked.failure)) return { kind: "seen-to" };
    return fail(looked.failure);
  }
  const { decision, config } = looked.value;
  await settleFresh(looked.value, ask);
  const recorded = readEnvironment(ws);
  if (decision.decision === "fresh") return { kind: "seen-to" };
  if (isLagging(decision) && context.updatesSubmodules) {
    context.lookAgain();
    return { kind: "seen-to" };
  }
  if (decision.decision === "held" || decision.decision === "blocked") {
    return fail(stoppedFailure(decision), decisionState(decision));
  }
  const known = stale(decision).filter((one) => !one.reasons.some((reason) => isUnknown(reason.kind)));
  const [unknown] = stale(decision).flatMap((one) => one.reasons.filter((reason) => isUnknown(reason.kind)));
  if (unknown?.kind === "no-baseline") {
    tell("no verified build is recorded here, so nothing is built by itself. Next: rebuild-if-needed init");
  } else if (unknown !== undefined) tell(`stale: ${unknown.text}. Next: rebuild-if-needed`);
  const stopped: EventEnd = { kind: "stopped", state: decisionState(decision) };
  if (known.length === 0) return stopped;
  if (!recorded.ok || recorded.value === null) {
    tell("no environment is recorded here. Next: rebuild-if-needed init");
    return stopped;
  }
  const undone = known
    .map((one) => lastFailure(readHistory(ws), one.name, one.fingerprint))
    .find((entry) => entry?.action === "undo");
  if (undone) {
    const why = `${undone.extension} (${firstReason(decision)})`;
    tell(`stale: ${why}, and its build was undone by you, so it is not tried again. Next: rebuild-if-needed`);
    return stopped;
  }
  const { buildForEvent, restoreForEvent } = await import("./event-build.ts"); // nearly never, and half of the program
  const isSeenTo = isRestoreOnly(decision)
    ? await restoreForEvent(ws, hook, known, context)
    : await buildForEvent(ws, hook, decision, known, config.mode, context, seenFirst(looked.value));
  return isSeenTo && unknown === undefined ? { kind: "seen-to" } : stopped;
}

/** What a look finds now, as a text: two looks that give the same found the same. */
export async function presentState(ws: Workspace): Promise<string> {
  const looked = await look(ws, { asker: "event", only: null, ignoreOperation: false });
  return looked.ok ? decisionState(looked.value.decision) : failureState(looked.failure);
}

function failureState({ code, message }: Failure): string {
  return `${code} ${message}`;
}

function decisionState({ extensions }: Decision): string {
  const told = (one: ExtensionDecision): string => one.reasons.map(({ text }) => text).join("; ");
  return extensions.map((one) => `${one.name} ${one.decision} ${one.fingerprint} ${told(one)}`).join("\n");
}

/** Hooks of a template or a global folder run in every repository; most of them have nothing that is compiled. */
function isNoProject(ws: Workspace, { code }: Failure): boolean {
  return code === "E105" && !existsSync(environmentPath(ws));
}

function isLagging({ extensions }: Decision): boolean {
  return extensions.some(({ reasons }) => reasons.some(({ kind }) => kind === "submodule-lag"));
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
