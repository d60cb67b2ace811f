/** Tells the desktop that a build has ended which nobody watched. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { findProgram, searchPath, splitPath } from "../fingerprint/search-path.ts";
import { childProcess } from "../late-modules.ts";
import type { Workspace } from "../model.ts";
import { EXIT } from "../report/failure.ts";
import { readEnvironment } from "../store/environment.ts";
import { readEvents } from "./read-log.ts";

/** Who still looks at what they did a moment ago needs no notification, ms. */
const LONG_MS = 10_000;

/** A notification service that hangs must not hold the builder, ms. */
const LIMIT_MS = 3000;

/** Which program shows it, with its arguments. */
type Notifier = readonly [string, ...string[]];

/** Tells of a long build that ended well or badly, not of one that somebody stopped. Never fails, and is soon over. */
export async function notifyEnd(
  ws: Workspace,
  buildId: string,
  exit: number,
  lines: readonly string[],
): Promise<void> {
  const [line] = lines;
  if (line === undefined || exit === EXIT.busy || exit === EXIT.cancelled) return;
  const [begin] = readEvents(ws, buildId);
  if (begin === undefined || Date.now() - begin.timeMs < LONG_MS) return;
  const title = `rebuild-if-needed: ${basename(ws.top)}`;
  const text = (line.split("\n")[0] ?? "").replace(/^rebuild-if-needed: /, "");
  const notifier = process.platform === "darwin" ? onMac(title, text) : onBus(ws, title, text);
  if (notifier !== null) await run(notifier);
}

/** Title and text are arguments of the script: nothing of them is ever read as AppleScript. */
export function onMac(title: string, text: string): Notifier {
  const script = [
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
  ];
  return ["/usr/bin/osascript", ...script.flatMap((one) => ["-e", one]), title, text];
}

/** `notify-send` where there is a session to notify: without a bus it would start one, or wait for it. */
function onBus(ws: Workspace, title: string, text: string): Notifier | null {
  const { DBUS_SESSION_BUS_ADDRESS: address = "", XDG_RUNTIME_DIR: runtime = "", PATH } = process.env;
  if (address === "" && (runtime === "" || !existsSync(join(runtime, "bus")))) return null;
  const record = readEnvironment(ws);
  const recorded = record.ok && record.value !== null ? record.value.path : [];
  const program = findProgram("notify-send", searchPath([...recorded, ...splitPath(PATH)], ws.top, null));
  // The body may have markup, the summary none.
  const body = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return program === null ? null : [program, "--app-name=rebuild-if-needed", "--", title, body];
}

function run([program, ...args]: Notifier): Promise<void> {
  return new Promise((resolve) => {
    childProcess()
      .spawn(program, args, { stdio: "ignore", timeout: LIMIT_MS, killSignal: "SIGKILL" })
      .on("error", () => resolve())
      .on("close", () => resolve());
  });
}
