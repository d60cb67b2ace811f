import { statSync } from "node:fs";
import { resolve } from "node:path";
import { findInterpreter, probeInterpreter } from "../fingerprint/interpreter.ts";
import { findPlainWorkspace } from "../git/plain-workspace.ts";
import type { Interpreter } from "../model.ts";
import { EXIT, failure, ok, refuse, type Result } from "../report/failure.ts";
import { formatVerdicts, verdictsJson } from "../verify/format.ts";
import { inspectLibraries } from "../verify/inspect.ts";
import { openLibraries, readAhead } from "../verify/read-libraries.ts";
import { REPORT_FORMATS, type ReportFormat } from "../verify/report-formats.ts";
import { parse, type Parsed } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail } from "./start.ts";

/** `verify [FILE.so ...]`: hold the outputs against the contract, or any library against the loader's rules. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const args = parse("verify", argv);
  if (!args.ok) return fail(io, args.failure, argv.includes("--json"));
  const format = formatOf(args.value);
  if (!format.ok) return fail(io, format.failure);
  if (args.value.positionals.length > 0)
    return verifyFiles(args.value.positionals, io, format.value === "json");
  const { verifyProject } = await import("./verify-project.ts");
  return verifyProject(args.value, format.value, io);
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
  const asked = askInterpreter(io.cwd);
  const libraries = openLibraries();
  readAhead(libraries, files);
  const interpreter = await asked;
  const top = findPlainWorkspace(io.cwd)?.top ?? io.cwd;
  const inspected = await inspectLibraries(files, { interpreter, environment: process.env, top, libraries });
  const verdicts = inspected.map((verdict, at) => ({ ...verdict, path: names[at] ?? verdict.path }));
  if (json) io.result(JSON.stringify(verdictsJson(verdicts)));
  else for (const line of formatVerdicts(verdicts)) io.result(line);
  return verdicts.some((verdict) => verdict.ok === false) ? EXIT.failed : EXIT.good;
}

/** Null: there is none, or it does not answer. */
async function askInterpreter(cwd: string): Promise<Interpreter | null> {
  const found = findInterpreter(cwd, null, process.env);
  if (!found.ok || found.value === null) return null;
  const probed = await probeInterpreter(found.value);
  return probed.ok ? probed.value : null;
}
