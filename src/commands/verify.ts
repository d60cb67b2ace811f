import { statSync } from "node:fs";
import { resolve } from "node:path";
import { findInterpreter, probeInterpreter } from "../fingerprint/interpreter.ts";
import type { Workspace } from "../model.ts";
import { EXIT, failure, ok, refuse, type Failure, type Result } from "../report/failure.ts";
import { stoppedFailure } from "../report/stopped.ts";
import { failureText } from "../report/terminal.ts";
import { look, type Look } from "../run.ts";
import { judgeTrust } from "../trust/trust.ts";
import { contractJson, formatContract } from "../verify/contract/format-contract.ts";
import { type Explained, readUnbuilt } from "../verify/contract/unbuilt.ts";
import { formatVerdicts, reportJson, verdictsJson } from "../verify/format.ts";
import { inspectLibraries } from "../verify/inspect.ts";
import { findPlainWorkspace } from "../git/plain-workspace.ts";
import { annotation, formatReports, REPORT_FORMATS, type ReportFormat } from "../verify/report-formats.ts";
import { explainLook, verifyLook } from "../verify-build.ts";
import { parse, type Parsed } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";
import { verifyWheel } from "./verify-wheel.ts";

const TIMEOUT_MS = 300_000;

/** `verify [FILE.so ...]`: hold the outputs against the contract, or any library against the loader's rules. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const args = parse("verify", argv);
  if (!args.ok) return fail(io, args.failure, argv.includes("--json"));
  const format = formatOf(args.value);
  if (!format.ok) return fail(io, format.failure);
  if (args.value.positionals.length > 0)
    return verifyFiles(args.value.positionals, io, format.value === "json");
  return verifyBuild(args.value, format.value, io);
}

/** `--json` is `--format json`. Fails with E104. */
function formatOf({ flags, values, positionals }: Parsed): Result<ReportFormat> {
  const next = "rebuild-if-needed help verify";
  const [name = flags.has("json") ? "json" : "text"] = values.get("format") ?? [];
  const format = REPORT_FORMATS.find((one) => one === name);
  if (format === undefined) {
    const known = REPORT_FORMATS.join(", ");
    return refuse("E104", `verify has no format "${name}"; there is: ${known}. Nothing was changed.`, next);
  }
  const isOfFiles = positionals.length > 0 && (format === "github" || format === "junit");
  if (!isOfFiles) return ok(format);
  return refuse("E104", `verify of files has no --format ${format}. Nothing was changed.`, next);
}

/** No project code runs, so this needs neither a repository nor trust. */
async function verifyFiles(names: readonly string[], io: Io, json: boolean): Promise<number> {
  const files = names.map((name) => resolve(io.cwd, name));
  const missing = files.find((file) => !(statSync(file, { throwIfNoEntry: false })?.isFile() ?? false));
  if (missing !== undefined) {
    return fail(
      io,
      failure(
        "E104",
        `there is no file ${missing}. Nothing was changed.`,
        "rebuild-if-needed verify FILE.so",
      ),
      json,
    );
  }
  const found = findInterpreter(io.cwd, null, process.env);
  const path = found.ok ? found.value : null;
  const probed = path === null ? null : await probeInterpreter(path);
  const interpreter = probed?.ok === true ? probed.value : null;
  const top = findPlainWorkspace(io.cwd)?.top ?? io.cwd;
  const inspected = await inspectLibraries(files, { interpreter, environment: process.env, top });
  const verdicts = inspected.map((verdict, at) => ({ ...verdict, path: names[at] ?? verdict.path }));
  if (json) io.result(JSON.stringify(verdictsJson(verdicts)));
  else for (const line of formatVerdicts(verdicts)) io.result(line);
  return verdicts.some((verdict) => verdict.ok === false) ? EXIT.failed : EXIT.good;
}

async function verifyBuild(args: Parsed, format: ReportFormat, io: Io): Promise<number> {
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
