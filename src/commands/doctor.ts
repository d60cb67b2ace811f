import { existsSync } from "node:fs";
import { doctorRequest } from "../build/examine.ts";
import { runDoctor } from "../doctor/doctor.ts";
import { formatFindings } from "../doctor/format.ts";
import { listHooks, probeHooks, warningsFor, type HookList, type ProbeReport } from "../install/index.ts";
import { observe } from "../observe.ts";
import { EXIT, ok, type Failure, type Result } from "../report/failure.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";
import { judgeTrust } from "../trust/trust.ts";

/** `doctor`: can a build succeed here, and do the hooks fire? Exit 3 when a check finds an error. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json");
  const args = parse("doctor", argv);
  if (!args.ok) return fail(io, args.failure, json);
  const ws = await openWorkspace(io);
  if (!ws.ok) return fail(io, ws.failure, json);
  const observed = await observe(ws.value, { asker: "person", only: null, ignoreOperation: true });
  if (!observed.ok) return fail(io, observed.failure, json);
  const findings: { extension: string; findings: Awaited<ReturnType<typeof runDoctor>> }[] = [];
  for (const part of observed.value.extensions) {
    findings.push({
      extension: part.extension.name,
      findings: await runDoctor(doctorRequest(observed.value, part)),
    });
  }
  const listed = await listHooks(ws.value, process.env);
  const hooks = listed.ok ? ok(listed.value.hooks) : listed;
  const warnings = listed.ok ? warningsFor(ws.value, listed.value.location, listed.value.hooks) : [];
  const trust = await judgeTrust(ws.value);
  const probe = trust.kind === "trusted" ? await probeHooks(ws.value, process.env) : null;
  const errors = findings.some((one) => one.findings.some((finding) => finding.level === "error"));
  if (json) io.result(JSON.stringify({ version: 1, extensions: findings, hooks, probe, warnings }));
  else {
    for (const one of findings) {
      io.result(`${one.extension}:`);
      for (const line of formatFindings(one.findings)) io.result(line);
    }
    io.result(`hooks: ${listed.ok ? describeHooks(listed.value, probe) : failed(listed.failure)}`);
    for (const warning of warnings) io.result(`  warning: ${warning}`);
  }
  return errors || trust.kind === "held" ? EXIT.stopped : EXIT.good;
}

function describeHooks({ location, hooks }: HookList, probe: Result<ProbeReport> | null): string {
  const isWithoutStubs = location.kind === "husky" && !existsSync(location.folder);
  const next = `Next: ${isWithoutStubs ? "npx husky && " : ""}rebuild-if-needed install`;
  const absent = hooks.filter((hook) => hook.state !== "installed");
  if (absent.length > 0)
    return `${absent.map((hook) => `${hook.name} is ${hook.state}`).join(", ")}. ${next}`;
  if (probe === null) return "installed; not probed, because foreign commits are checked out";
  if (!probe.ok) return failed(probe.failure);
  const { fired, silent, untried } = probe.value;
  if (silent.length > 0) return `git does not run ${silent.join(", ")}. ${next}`;
  const by = location.kind === "config" ? ", by its configuration" : "";
  const called = untried.filter((name) => hooks.some((hook) => hook.name === name && hook.through !== null));
  const behind = untried.filter((name) => !called.includes(name));
  return [
    `git runs ${fired.length} of ${hooks.length}${by}`,
    ...(called.length === 0 ? [] : [`${called.join(", ")} not tried: pre-commit is there, which calls ours`]),
    ...(behind.length === 0
      ? []
      : [`${behind.join(", ")} not tried, as lines of the project come first there`]),
  ].join("; ");
}

function failed({ message, next }: Failure): string {
  return `${message} Next: ${next}`;
}
