/** `verify` of a project: its outputs, or a wheel of it, held against the contract. */
import type { Workspace } from "../model.ts";
import { EXIT, failure, type Failure } from "../report/failure.ts";
import { stoppedFailure } from "../report/stopped.ts";
import { failureText } from "../report/terminal.ts";
import { look, type Look } from "../run.ts";
import { judgeTrust } from "../trust/trust.ts";
import { contractJson, formatContract } from "../verify/contract/format-contract.ts";
import { type Explained, readUnbuilt } from "../verify/contract/unbuilt.ts";
import { reportJson } from "../verify/format.ts";
import { annotation, formatReports, type ReportFormat } from "../verify/report-formats.ts";
import { explainLook, verifyLook } from "../verify-build.ts";
import type { Parsed } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";
import { verifyWheel } from "./verify-wheel.ts";

const TIMEOUT_MS = 300_000;

/** `verify` without files, of the extensions of this repository. */
export async function verifyProject(args: Parsed, format: ReportFormat, io: Io): Promise<number> {
  const stop = (reason: Failure): number => {
    if (format === "github") io.result(annotation("error", reason.code, failureText(reason)));
    return fail(io, reason, format === "json");
  };
  const ws = await openWorkspace(io);
  if (!ws.ok) return stop(ws.failure);
  const only = args.values.get("extension") ?? null;
  const explains = args.flags.has("explain");
  const unbuilt = explains ? await readUnbuilt(ws.value, only) : null;
  if (unbuilt !== null) return tellUnbuilt(unbuilt, io, format === "json");
  const looked = await look(ws.value, { asker: "person", only, ignoreOperation: true });
  if (!looked.ok) return stop(looked.failure);
  const held = await whyHeld(ws.value, looked.value);
  if (held !== null) {
    // Reading runs nothing, so what would be asked can be shown.
    if (explains && format === "text") tellContracts(await explainLook(looked.value), io);
    return stop(held);
  }
  const [wheel] = args.values.get("wheel") ?? [];
  if (wheel !== undefined) {
    const verified = await verifyWheel(looked.value, wheel, io.cwd, TIMEOUT_MS);
    if (!verified.ok) return stop(verified.failure);
    const report = verified.value;
    if (format === "json") io.result(JSON.stringify({ version: 1, wheel, ...reportJson(report) }));
    else for (const line of formatReports(format, [{ name: wheel, report }])) io.result(line);
    return report.ok ? EXIT.good : EXIT.failed;
  }
  const parts = await verifyLook(looked.value, TIMEOUT_MS);
  const isGood = parts.every(({ report }) => report.ok);
  if (format === "json") {
    const extensions = parts.map(({ name, report, contract }) => ({
      name,
      ...reportJson(report),
      ...(explains ? { contract: contractJson(contract) } : {}),
    }));
    io.result(JSON.stringify({ version: 1, ok: isGood, extensions }));
  } else {
    if (explains && format === "text") tellContracts(parts, io);
    for (const line of formatReports(format, parts)) io.result(line);
  }
  return isGood ? EXIT.good : EXIT.failed;
}

/** Nothing of a held tree is imported. */
async function whyHeld(ws: Workspace, { decision }: Look): Promise<Failure | null> {
  if (decision.decision === "held") return stoppedFailure(decision);
  const trust = await judgeTrust(ws);
  if (trust.kind === "trusted") return null;
  const message = `held: HEAD holds ${trust.total} foreign commits, so nothing of it is imported.`;
  return trust.failure ?? failure("E301", message, "review them, then: rebuild-if-needed allow");
}

/** Nothing is there to be held against the contract, so nothing of it fails. */
function tellUnbuilt(unbuilt: readonly Explained[], io: Io, json: boolean): number {
  const extensions = unbuilt.map(({ name, contract }) => ({ name, contract: contractJson(contract) }));
  if (json) io.result(JSON.stringify({ version: 1, ok: null, extensions }));
  else tellContracts(unbuilt, io);
  return EXIT.good;
}

function tellContracts(explained: readonly Explained[], io: Io): void {
  for (const { name, contract } of explained)
    for (const line of formatContract(name, contract)) io.result(line);
}
