import { statSync } from "node:fs";
import { resolve } from "node:path";
import { childEnvironment } from "../fingerprint/environment.ts";
import { findInterpreter, probeInterpreter } from "../fingerprint/interpreter.ts";
import { outputPath } from "../fingerprint/output-path.ts";
import type { PathSet } from "../git/path-set.ts";
import { findOutputs } from "../build/find-outputs.ts";
import { EXIT, failure } from "../report/failure.ts";
import { stoppedFailure } from "../report/stopped.ts";
import { look, type Look } from "../run.ts";
import { judgeTrust } from "../trust/trust.ts";
import { formatVerdicts, formatReport, verdictsJson } from "../verify/format.ts";
import { inspectLibraries } from "../verify/inspect.ts";
import { verifyOutputs, type VerifyReport } from "../verify/verify.ts";
import { unpackWheel } from "../verify/wheel.ts";
import { parse, type Parsed } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";

const TIMEOUT_MS = 300_000;

/** `verify [FILE.so ...]`: hold the outputs against the contract, or any library against the loader's rules. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json");
  const args = parse("verify", argv);
  if (!args.ok) return fail(io, args.failure, json);
  if (args.value.positionals.length > 0) return verifyFiles(args.value.positionals, io, json);
  return verifyBuild(args.value, io, json);
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

async function verifyBuild(args: Parsed, io: Io, json: boolean): Promise<number> {
  const ws = await openWorkspace(io);
  if (!ws.ok) return fail(io, ws.failure, json);
  const looked = await look(ws.value, {
    asker: "person",
    only: args.values.get("extension") ?? null,
    ignoreOperation: true,
  });
  if (!looked.ok) return fail(io, looked.failure, json);
  if (looked.value.decision.decision === "held") return fail(io, stoppedFailure(looked.value.decision), json);
  const trust = await judgeTrust(ws.value);
  if (trust.kind === "held" && trust.failure !== undefined) return fail(io, trust.failure, json);
  if (trust.kind === "held") {
    return fail(
      io,
      failure(
        "E301",
        `held: HEAD holds ${trust.total} foreign commits, so nothing of it is imported.`,
        "review them, then: rebuild-if-needed allow",
      ),
      json,
    );
  }
  const [wheel] = args.values.get("wheel") ?? [];
  if (wheel !== undefined) return verifyWheel(looked.value, resolve(io.cwd, wheel), io, json);
  const reports: { name: string; report: VerifyReport }[] = [];
  for (const part of looked.value.extensions) {
    if (args.flags.has("explain")) explain(looked.value, part.extension.name, io);
    reports.push({ name: part.extension.name, report: await verifyPart(looked.value, part.extension.name) });
  }
  const ok = reports.every(({ report }) => report.ok);
  if (json)
    io.result(
      JSON.stringify({
        version: 1,
        ok,
        extensions: reports.map(({ name, report }) => ({ name, ...report })),
      }),
    );
  else for (const { name, report } of reports) for (const line of formatReport(name, report)) io.result(line);
  return ok ? EXIT.good : EXIT.failed;
}

/** Holds a wheel against the contracts of this repository's extensions. */
async function verifyWheel(looked: Look, wheel: string, io: Io, json: boolean): Promise<number> {
  const { environment } = looked;
  const unpacked = await unpackWheel(wheel, environment.interpreter);
  if (!unpacked.ok) return fail(io, unpacked.failure, json);
  try {
    const report = await verifyOutputs({
      top: unpacked.value.folder,
      outputs: unpacked.value.files,
      require: looked.extensions.flatMap((part) => part.extension.require),
      interpreter: environment.interpreter,
      environment: childEnvironment(environment, process.env),
      timeoutMs: TIMEOUT_MS,
      probe: true,
    });
    if (json) io.result(JSON.stringify({ version: 1, wheel, ...report }));
    else for (const line of formatReport(wheel, report)) io.result(line);
    return report.ok ? EXIT.good : EXIT.failed;
  } finally {
    unpacked.value.drop();
  }
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
