/** What an event does with a look: nothing, a line, a restore, or a builder. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { isJournalThere } from "./build/journal.ts";
import { isRestoreOnly } from "./decide.ts";
import type { Decision, ExtensionDecision, Reason, Workspace } from "./model.ts";
import { firstReason } from "./report/reasons.ts";
import { stoppedFailure } from "./report/stopped.ts";
import { failureText } from "./report/terminal.ts";
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

/** Looks on behalf of a git event. Silent only when everything is fresh. */
export async function lookForEvent(ws: Workspace, hook: string, context: EventContext): Promise<void> {
  const tell = (text: string): void => context.say(`rebuild-if-needed: ${text}`);
  dropCheckPending(ws);
  if (isJournalThere(ws)) {
    const { recover } = await import("./build/recover.ts");
    const recovered = await recover(ws);
    if (!recovered.ok) return context.say(failureText(recovered.failure));
  }
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
  const { buildForEvent, restoreForEvent } = await import("./event-build.ts"); // nearly never, and half of the program
  if (isRestoreOnly(decision)) return restoreForEvent(ws, hook, known, context);
  return buildForEvent(ws, hook, decision, known, config.mode, context);
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
