/** A stale tree after a git event: a builder, or a restore here and now. */
import { leftToBuilder } from "./build/holder.ts";
import { lastStop } from "./build/last-stop.ts";
import { leaveToBuilder } from "./build/running.ts";
import { watchFromHook } from "./build/watch-from-hook.ts";
import { newBuildId, writeRequest, type BuildRequest } from "./build/request.ts";
import { startBuilder } from "./build/start.ts";
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
  seen: BuildRequest["seen"],
): Promise<boolean> {
  const tell = (text: string, isSeenTo: boolean): boolean => {
    context.say(`rebuild-if-needed: ${text}`);
    return isSeenTo;
  };
  const names = known.map((one) => one.name).join(", ");
  const history = readHistory(ws);
  const failed = known
    .map((one) => lastFailure(history, one.name, one.fingerprint))
    .find((entry) => entry !== null);
  if (failed !== undefined) {
    const how = failed.result === "cancelled" ? "was cancelled" : failed.result;
    return tell(
      `stale: ${names} (${firstReason(decision)}), and its build ${how} for this very state, so it is not tried again. Next: rebuild-if-needed`,
      false,
    );
  }
  if (isBisectStep(ws.gitDir)) {
    return tell(
      `stale at this bisect step: ${names}. Next: git bisect run rebuild-if-needed exec -- CMD`,
      false,
    );
  }
  if (mode === "notify")
    return tell(`stale: ${names}: ${firstReason(decision)}. Next: rebuild-if-needed`, false);
  const only = known.map((one) => one.name);
  const { ignoreOperation } = context;
  const isShort = decision.estimateMs !== undefined && decision.estimateMs < SHORT_MS;
  const attach = mode === "foreground" || (mode === "auto" && context.canWatch && isShort);
  const running = leaveToBuilder(ws); // another event was quicker
  if (running !== null) {
    context.say(leftToBuilder(ws, running));
    return true;
  }
  const stop = lastStop(ws, history);
  const wish = {
    trigger: hook,
    force: false,
    only,
    ignoreOperation,
    wait: true,
    inBackground: !attach,
    ...(seen === undefined ? {} : { seen }),
  };
  const started = startBuilder(ws, wish);
  if (!started.ok) {
    context.say(failureText(started.failure));
    return false;
  }
  if (!attach && stop !== null) {
    const what = `${names} again in the background (${firstReason(decision)})`;
    return tell(`trying ${what}; the last try stopped: ${stop.text}`, true);
  }
  if (!attach) {
    const time = decision.estimateMs === undefined ? "" : `, about ${duration(decision.estimateMs)}`;
    const verb = known.every((one) => one.survives === true) ? "verifying" : "rebuilding";
    return tell(
      `${verb} ${names} in the background${time} (${firstReason(decision)}). Watch: rebuild-if-needed wait`,
      true,
    );
  }
  await watchFromHook(ws, started.value, { write: context.say, showOutput: context.canWatch });
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
  const { runBuilder } = await import("./build/builder.ts"); // mostly another process builds
  const exit = await runBuilder(ws, request, (line) => lines.push(line));
  for (const line of lines)
    context.say(line.startsWith("rebuild-if-needed") ? line : `rebuild-if-needed: ${line}`);
  return exit === EXIT.good || exit === EXIT.busy;
}
