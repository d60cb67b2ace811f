import { runTypedBuild, type TypedBuildRequest } from "../build/typed-build.ts";
import { isRestoreOnly } from "../decide.ts";
import { recordOf } from "../fingerprint/environment.ts";
import { seenFirst } from "../observe.ts";
import { EXIT } from "../report/failure.ts";
import { decisionJson, eventJson, noteJson } from "../report/json.ts";
import { stoppedFailure } from "../report/stopped.ts";
import { decisionText } from "../report/terminal.ts";
import { look, type Look } from "../run.ts";
import { settleFresh } from "../settle-fresh.ts";
import { writeEnvironment } from "../store/environment.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { plannedMoves } from "./planned-moves.ts";
import { fail, openToDecide, sayLostHooks } from "./start.ts";

/** `rebuild-if-needed`: look; restore or rebuild what is stale; verify. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json");
  if (argv.includes("--version")) return (await import("./help.ts")).version(io);
  const args = parse("rebuild", argv);
  if (!args.ok) return fail(io, args.failure, json);
  const ws = await openToDecide(io);
  if (!ws.ok) return fail(io, ws.failure, json);
  if (!json) sayLostHooks(ws.value, io); // first: what follows may take long
  const { flags, values } = args.value;
  const only = values.get("extension") ?? null;
  const force = flags.has("force");
  const ask = { asker: "person", only, ignoreOperation: false, force } as const;
  const looked = await look(ws.value, ask);
  if (!looked.ok) return fail(io, looked.failure, json);
  const { decision } = looked.value;
  if (flags.has("dry-run")) return dryRun(io, looked.value, json);
  const finish = (exit: number): number => {
    if (json) io.result(JSON.stringify({ ...decisionJson(decision), exit }));
    return exit;
  };
  if (decision.decision === "held" || decision.decision === "blocked") {
    if (!json) return fail(io, stoppedFailure(decision));
    return finish(EXIT.stopped);
  }
  if (decision.decision === "fresh") {
    // Restored by an event in a new work tree, say: from now on events know what to build with.
    if (looked.value.record === null)
      writeEnvironment(ws.value, recordOf(looked.value.environment, new Date().toISOString()));
    await settleFresh(looked.value, ask);
    if (!json) for (const line of decisionText(decision)) io.result(line);
    return finish(EXIT.good);
  }
  const wait = !flags.has("no-wait");
  const exit = await runTypedBuild({
    ws: ws.value,
    force,
    only,
    wait,
    isRestore: isRestoreOnly(decision),
    seen: seenFirst(looked.value),
    showOutput: !json,
    ...told(io, json),
  });
  return finish(exit);
}

/** How a build is told: to people, or with `--json` as lines of JSON on stderr, as stdout has the one answer. */
function told(io: Io, json: boolean): Pick<TypedBuildRequest, "write" | "onEvent"> {
  if (!json) return { write: io.say };
  return {
    write: (text) => io.say(noteJson(text, new Date().toISOString())),
    onEvent: (event) => io.say(eventJson(event)),
  };
}

async function dryRun(io: Io, looked: Look, json: boolean): Promise<number> {
  const moves = await plannedMoves(looked);
  if (json) io.result(JSON.stringify({ ...decisionJson(looked.decision), moves }));
  else
    for (const line of [...decisionText(looked.decision), ...moves.map((move) => `  would ${move}`)])
      io.result(line);
  const { decision } = looked.decision;
  return decision === "held" || decision === "blocked" ? EXIT.stopped : EXIT.good;
}
