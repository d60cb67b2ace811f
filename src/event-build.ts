/** A stale tree after a git event: a builder, or a restore here and now. */
import { runBuilder } from "./build/builder.ts";
import { newBuildId, writeRequest } from "./build/request.ts";
import { startBuilder } from "./build/start.ts";
import { watch } from "./build/viewer.ts";
import type { EventContext } from "./event.ts";
import { isBisectStep } from "./git/operation.ts";
import type { Decision, ExtensionDecision, Mode, Workspace } from "./model.ts";
import { EXIT } from "./report/failure.ts";
import { firstReason } from "./report/reasons.ts";
import { duration, failureText } from "./report/terminal.ts";
import { lastFailure, readHistory } from "./store/history.ts";

/** Longer builds than this, and those without an estimate, go on in the background in mode `auto`. */
const SHORT_MS = 120_000;

/**
 * Starts a builder for what is stale, unless something speaks against it; and watches it where that is short.
 * @returns false: nothing was done, and a line says why.
 */
export async function buildForEvent(
  ws: Workspace,
  hook: string,
  decision: Decision,
  known: readonly ExtensionDecision[],
  mode: Mode,
  context: EventContext,
): Promise<boolean> {
  const tell = (text: string): void => context.say(`rebuild-if-needed: ${text}`);
  const leave = (text: string): false => {
    tell(text);
    return false;
  };
  const names = known.map((one) => one.name).join(", ");
  const history = readHistory(ws);
  const failed = known
    .map((one) => lastFailure(history, one.name, one.fingerprint))
    .find((entry) => entry !== null);
  if (failed !== undefined) {
    const how = `${failed.result} for this very state`;
    return leave(
      `stale: ${names} (${firstReason(decision)}), and its build ${how}, so it is not tried again. Next: rebuild-if-needed`,
    );
  }
  if (isBisectStep(ws.gitDir)) {
    return leave(`stale at this bisect step: ${names}. Next: git bisect run rebuild-if-needed exec -- CMD`);
  }
  if (mode === "notify") return leave(`stale: ${names}: ${firstReason(decision)}. Next: rebuild-if-needed`);
  const only = known.map((one) => one.name);
  const { ignoreOperation } = context;
  const isShort = decision.estimateMs !== undefined && decision.estimateMs < SHORT_MS;
  const attach = mode === "foreground" || (mode === "auto" && context.canWatch && isShort);
  const started = startBuilder(ws, { trigger: hook, force: false, only, ignoreOperation, wait: true });
  if (!started.ok) {
    context.say(failureText(started.failure));
    return false;
  }
  const { buildId, pid } = started.value;
  if (!attach) {
    const time = decision.estimateMs === undefined ? "" : `, about ${duration(decision.estimateMs)}`;
    const verb = known.every((one) => one.survives === true) ? "verifying" : "rebuilding";
    tell(
      `${verb} ${names} in the background${time} (${firstReason(decision)}). Watch: rebuild-if-needed wait`,
    );
    return true;
  }
  const end = await watch({ ws, buildId, pid, write: context.say, showOutput: context.canWatch });
  if (end.kind === "died")
    tell("the builder was killed. Your previous build is in place. Next: rebuild-if-needed");
  return true;
}

/** A restore takes milliseconds: no process of its own. @returns false: it failed, and a line says why. */
export async function restoreForEvent(
  ws: Workspace,
  hook: string,
  known: readonly ExtensionDecision[],
  context: EventContext,
): Promise<boolean> {
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
    context.lookAgain();
    context.say("rebuild-if-needed: a build runs; it looks once more when it ends");
    return true;
  }
  for (const line of lines)
    context.say(line.startsWith("rebuild-if-needed") ? line : `rebuild-if-needed: ${line}`);
  return exit === EXIT.good;
}
