/** What an event does with a look: nothing, a line, a restore, or a builder. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { runBuilder } from "./build/builder.ts";
import { newBuildId, writeRequest } from "./build/request.ts";
import { recover } from "./build/recover.ts";
import { startBuilder } from "./build/start.ts";
import { watch } from "./build/viewer.ts";
import { isBisecting } from "./git/operation.ts";
import type { Decision, Mode, Workspace } from "./model.ts";
import { recordFresh } from "./record-fresh.ts";
import { assertNever } from "./report/failure.ts";
import { summarise } from "./report/reasons.ts";
import { stoppedFailure } from "./report/stopped.ts";
import { duration, failureText } from "./report/terminal.ts";
import { look } from "./run.ts";
import { lastFailure, readHistory } from "./store/history.ts";
import { readEnvironment } from "./store/environment.ts";

export interface EventContext {
  readonly say: (text: string) => void;
  /** A terminal is there to watch a build on. */
  readonly canWatch: boolean;
}

/** Longer builds than this, and those without an estimate, go on in the background in mode `auto`. */
const SHORT_MS = 120_000;

/** Looks on behalf of a git event. Silent only when everything is fresh. */
export async function lookForEvent(ws: Workspace, hook: string, context: EventContext): Promise<void> {
  const tell = (text: string): void => context.say(`rebuild-if-needed: ${text}`);
  dropCheckPending(ws);
  const recovered = await recover(ws);
  if (!recovered.ok) return context.say(failureText(recovered.failure));
  const looked = await look(ws, { asker: "event", only: null, ignoreOperation: hook === "post-merge" });
  if (!looked.ok) return context.say(failureText(looked.failure));
  const { decision, config } = looked.value;
  await recordFresh(looked.value);
  const recorded = readEnvironment(ws);
  switch (decision.decision) {
    case "fresh":
      return;
    case "held":
    case "blocked":
      return context.say(failureText(stoppedFailure(decision)));
    case "restore":
      return buildHere(ws, hook, context);
    case "rebuild":
      if (decision.extensions.some((one) => one.reasons.some((reason) => reason.kind === "no-baseline"))) {
        return tell(
          "no verified build is recorded here, so nothing is built by itself. Next: rebuild-if-needed init",
        );
      }
      if (
        decision.extensions.some((one) => one.reasons.some((reason) => reason.kind === "baseline-unreadable"))
      ) {
        return tell(`stale: ${firstReason(decision)}. Next: rebuild-if-needed`);
      }
      if (!recorded.ok || recorded.value === null)
        return tell("no environment is recorded here. Next: rebuild-if-needed init");
      return onRebuild(ws, hook, decision, config.mode, context);
    default:
      return assertNever(decision.decision);
  }
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
  mode: Mode,
  context: EventContext,
): Promise<void> {
  const tell = (text: string): void => context.say(`rebuild-if-needed: ${text}`);
  const stale = decision.extensions.filter((one) => one.decision === "rebuild");
  const names = stale.map((one) => one.name).join(", ");
  const history = readHistory(ws);
  const failed = stale
    .map((one) => lastFailure(history, one.name, one.fingerprint))
    .find((entry) => entry !== null);
  if (failed !== undefined) {
    const how = failed.action === "undo" ? "was undone by you" : `${failed.result} for this very state`;
    return tell(
      `stale: ${names} (${firstReason(decision)}), and its build ${how}, so it is not tried again. Next: rebuild-if-needed`,
    );
  }
  if (isBisecting(ws.gitDir)) {
    return tell(`stale at this bisect step: ${names}. Next: git bisect run rebuild-if-needed exec -- CMD`);
  }
  if (mode === "notify") return tell(`stale: ${names}: ${firstReason(decision)}. Next: rebuild-if-needed`);
  const isShort = decision.estimateMs !== undefined && decision.estimateMs < SHORT_MS;
  const attach = mode === "foreground" || (mode === "auto" && context.canWatch && isShort);
  const started = startBuilder(ws, { trigger: hook, force: false, only: null });
  if (!started.ok) return context.say(failureText(started.failure));
  const { buildId, pid } = started.value;
  if (!attach) {
    const time = decision.estimateMs === undefined ? "" : `, about ${duration(decision.estimateMs)}`;
    return tell(
      `rebuilding ${names} in the background${time} (${firstReason(decision)}). Watch: rebuild-if-needed wait`,
    );
  }
  const end = await watch({ ws, buildId, pid, write: context.say, showOutput: context.canWatch });
  if (end.kind === "died")
    tell("the builder was killed. Your previous build is in place. Next: rebuild-if-needed");
}

/** A restore takes milliseconds: no process of its own. */
async function buildHere(ws: Workspace, hook: string, context: EventContext): Promise<void> {
  const buildId = newBuildId();
  const request = { version: 1, buildId, trigger: hook, force: false, only: null } as const;
  writeRequest(ws, request);
  const lines: string[] = [];
  await runBuilder(ws, request, (line) => lines.push(line));
  for (const line of lines)
    context.say(line.startsWith("rebuild-if-needed") ? line : `rebuild-if-needed: ${line}`);
}

function firstReason(decision: Decision): string {
  const reasons = decision.extensions.flatMap((one) => one.reasons);
  const [first = "something moved"] = summarise(reasons, 1);
  return reasons.length > 1 ? `${first} and ${reasons.length - 1} more` : first;
}
