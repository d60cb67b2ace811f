import { recordFresh } from "../record-fresh.ts";
import { decisionJson } from "../report/json.ts";
import { decisionText } from "../report/terminal.ts";
import { look } from "../run.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, lookExit, openToDecide, sayLostHooks } from "./start.ts";

/** `check`: look only. Takes no lock and writes nothing but fresh.sh. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json");
  const args = parse("check", argv);
  if (!args.ok) return fail(io, args.failure, json);
  const ws = await openToDecide(io);
  if (!ws.ok) return fail(io, ws.failure, json);
  const only = args.value.values.get("extension") ?? null;
  const looked = await look(ws.value, { asker: "person", only, ignoreOperation: false });
  if (!looked.ok) return fail(io, looked.failure, json);
  await recordFresh(looked.value);
  if (json) io.result(JSON.stringify(decisionJson(looked.value.decision)));
  else {
    for (const line of decisionText(looked.value.decision)) io.result(line);
    sayLostHooks(ws.value, io);
  }
  return lookExit(looked.value.decision.decision);
}
