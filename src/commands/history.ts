import { duration } from "../report/terminal.ts";
import { summarise } from "../report/reasons.ts";
import { readHistory } from "../store/history.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";

/** `history`: every build and restore of this work tree with its reasons, oldest first. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json");
  const args = parse("history", argv, { json: { type: "boolean" } });
  if (!args.ok) return fail(io, args.failure, json);
  const ws = await openWorkspace(io);
  if (!ws.ok) return fail(io, ws.failure, json);
  const builds = readHistory(ws.value);
  if (json) io.result(JSON.stringify({ version: 1, builds }));
  else if (builds.length === 0) io.result("no build yet");
  else {
    for (const one of builds) {
      const level = one.level === undefined ? "" : ` (${one.level})`;
      io.result(
        `${one.at}  ${one.result}  ${one.action}${level} of ${one.extension} in ${duration(one.elapsedMs)}, by ${one.trigger}`,
      );
      for (const reason of summarise(one.reasons)) io.result(`  ${reason}`);
      if (one.failure !== undefined) io.result(`  ${one.failure.code} ${one.failure.message.split("\n")[0]}`);
    }
  }
  return 0;
}
