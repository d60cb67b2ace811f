import { duration, moment } from "../report/terminal.ts";
import { summarise } from "../report/reasons.ts";
import { readHistory, type HistoryEntry } from "../store/history.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";

/** Shown without `--all`: what fits on a screen or two. */
const SHOWN = 20;

/** `history`: builds and restores of this work tree with their reasons, newest last. `--json` gives all that are kept. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json");
  const args = parse("history", argv);
  if (!args.ok) return fail(io, args.failure, json);
  const ws = await openWorkspace(io);
  if (!ws.ok) return fail(io, ws.failure, json);
  const builds = readHistory(ws.value);
  if (json) io.result(JSON.stringify({ version: 1, builds }));
  else if (builds.length === 0) io.result("no build yet");
  else {
    const shown = args.value.flags.has("all") ? builds : builds.slice(-SHOWN);
    const earlier = builds.length - shown.length;
    if (earlier > 0) io.result(`${earlier} earlier ones: rebuild-if-needed history --all`);
    for (const line of shown.flatMap(entryLines)) io.result(line);
  }
  return 0;
}

function entryLines(one: HistoryEntry): string[] {
  const level = one.level === undefined ? "" : ` (${one.level})`;
  const commit = one.commit === null ? "" : ` at ${one.commit.slice(0, 9)}`;
  const failure =
    one.failure === undefined ? [] : [`${one.failure.code} ${one.failure.message.split("\n")[0]}`];
  return [
    `${moment(one.at)}  ${one.result.padEnd(9)}  ${one.action}${level} of ${one.extension}${commit} in ${duration(one.elapsedMs)}, by ${one.trigger}`,
    ...[...summarise(one.reasons), ...failure].map((line) => `  ${line}`),
  ];
}
