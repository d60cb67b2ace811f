import { doctorRequest } from "../build/examine.ts";
import { runDoctor } from "../doctor/doctor.ts";
import { formatFindings } from "../doctor/format.ts";
import { listHooks, probeHooks } from "../install/index.ts";
import { observe } from "../observe.ts";
import { EXIT } from "../report/failure.ts";
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
  const hooks = await listHooks(ws.value, process.env);
  const trust = await judgeTrust(ws.value);
  const probe = trust.kind === "trusted" ? await probeHooks(ws.value, process.env) : null;
  const errors = findings.some((one) => one.findings.some((finding) => finding.level === "error"));
  if (json) io.result(JSON.stringify({ version: 1, extensions: findings, hooks, probe }));
  else {
    for (const one of findings) {
      io.result(`${one.extension}:`);
      for (const line of formatFindings(one.findings)) io.result(line);
    }
    io.result(`hooks: ${describeHooks(hooks, probe)}`);
  }
  return errors || trust.kind === "held" ? EXIT.stopped : EXIT.good;
}

function describeHooks(
  hooks: Awaited<ReturnType<typeof listHooks>>,
  probe: Awaited<ReturnType<typeof probeHooks>> | null,
): string {
  if (!hooks.ok) return `${hooks.failure.message} Next: ${hooks.failure.next}`;
  const absent = hooks.value.filter((hook) => hook.state !== "installed");
  if (absent.length > 0)
    return `${absent.map((hook) => `${hook.name} is ${hook.state}`).join(", ")}. Next: rebuild-if-needed install`;
  if (probe === null) return "installed; not probed, because foreign commits are checked out";
  if (!probe.ok) return `${probe.failure.message} Next: ${probe.failure.next}`;
  const { fired, silent, untried } = probe.value;
  if (silent.length > 0) return `git does not run ${silent.join(", ")}. Next: rebuild-if-needed install`;
  const rest =
    untried.length === 0 ? "" : `; ${untried.join(", ")} not tried, as lines of the project come first there`;
  return `git runs ${fired.length} of ${hooks.value.length}${rest}`;
}
