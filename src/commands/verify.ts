import { statSync } from "node:fs";
import { resolve } from "node:path";
import { findOutputs } from "../build/find-outputs.ts";
import { childEnvironment } from "../fingerprint/environment.ts";
import { findInterpreter, probeInterpreter } from "../fingerprint/interpreter.ts";
import { outputPath } from "../fingerprint/output-path.ts";
import type { PathSet } from "../git/path-set.ts";
import { gpuTargets } from "../build/gpu-targets.ts";
import type { Workspace } from "../model.ts";
import { EXIT, failure, ok, refuse, type Failure, type Result } from "../report/failure.ts";
import { stoppedFailure } from "../report/stopped.ts";
import { failureText } from "../report/terminal.ts";
import { look, type Look } from "../run.ts";
import { judgeTrust } from "../trust/trust.ts";
import { contractJson, formatContract } from "../verify/contract/format-contract.ts";
import { readUnbuilt, type UnbuiltContract } from "../verify/contract/unbuilt.ts";
import { formatVerdicts, verdictsJson } from "../verify/format.ts";
import { inspectLibraries } from "../verify/inspect.ts";
import {
  annotation,
  formatReports,
  REPORT_FORMATS,
  type NamedReport,
  type ReportFormat,
} from "../verify/report-formats.ts";
import { verifyOutputs, type VerifyReport } from "../verify/verify.ts";
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
  const inspected = await inspectLibraries(files, { interpreter, environment: process.env });
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
  const unbuilt = args.flags.has("explain") ? await readUnbuilt(ws.value, only) : null;
  if (unbuilt !== null) return tellUnbuilt(unbuilt, io, format === "json");
  const looked = await look(ws.value, {
    asker: "person",
    only,
    ignoreOperation: true,
  });
  if (!looked.ok) return stop(looked.failure);
  const held = await whyHeld(ws.value, looked.value);
  if (held !== null) return stop(held);
  const [wheel] = args.values.get("wheel") ?? [];
  if (wheel !== undefined) {
    const verified = await verifyWheel(looked.value, resolve(io.cwd, wheel), TIMEOUT_MS);
    if (!verified.ok) return stop(verified.failure);
    const report = verified.value;
    if (format === "json") io.result(JSON.stringify({ version: 1, wheel, ...report }));
    else for (const line of formatReports(format, [{ name: wheel, report }])) io.result(line);
    return report.ok ? EXIT.good : EXIT.failed;
  }
  const reports: NamedReport[] = [];
  for (const part of looked.value.extensions) {
    if (args.flags.has("explain")) explain(looked.value, part.extension.name, io);
    reports.push({ name: part.extension.name, report: await verifyPart(looked.value, part.extension.name) });
  }
  const isGood = reports.every(({ report }) => report.ok);
  if (format === "json") {
    const extensions = reports.map(({ name, report }) => ({ name, ...report }));
    io.result(JSON.stringify({ version: 1, ok: isGood, extensions }));
  } else for (const line of formatReports(format, reports)) io.result(line);
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
function tellUnbuilt(unbuilt: readonly UnbuiltContract[], io: Io, json: boolean): number {
  const extensions = unbuilt.map(({ extension, contract }) => ({
    name: extension,
    contract: contractJson(contract),
  }));
  if (json) io.result(JSON.stringify({ version: 1, ok: null, extensions }));
  else
    for (const { extension, contract } of unbuilt)
      for (const line of formatContract(extension, contract)) io.result(line);
  return EXIT.good;
}

async function verifyPart(looked: Look, name: string): Promise<VerifyReport> {
  const part = looked.extensions.find((one) => one.extension.name === name);
  if (part === undefined) throw new Error(`no extension ${name}`);
  const { ws, environment, tracked } = looked;
  return verifyOutputs({
    top: ws.top,
    outputs: outputsOf(looked, name, tracked).map((path) => outputPath(ws.top, path)),
    require: part.extension.require,
    interpreter: environment.interpreter,
    environment: childEnvironment(environment, process.env),
    timeoutMs: TIMEOUT_MS,
    probe: true,
    gpuTargets: gpuTargets(looked, part),
  });
}

function outputsOf(looked: Look, name: string, tracked: PathSet): string[] {
  const part = looked.extensions.find((one) => one.extension.name === name);
  if (part === undefined) return [];
  if (part.known.kind === "known" && part.known.baseline.outputs.length > 0) {
    return part.known.baseline.outputs.map((output) => output.path).filter((path) => !tracked.has(path));
  }
  return findOutputs(looked.ws.top, part.extension, tracked);
}

function explain(looked: Look, name: string, io: Io): void {
  const part = looked.extensions.find((one) => one.extension.name === name);
  io.result(`contract of ${name}:`);
  for (const path of outputsOf(looked, name, looked.tracked))
    io.result(`  loads: ${path} (an output of the last build)`);
  for (const required of part?.extension.require ?? [])
    io.result(`  has: ${required} (configuration: require)`);
}
