import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DoctorRequest } from "../doctor/doctor.ts";
import type { Observed, ObservedExtension } from "../observe.ts";
import { type Result, ok, refuse } from "../report/failure.ts";
import type { BuildLog } from "./build-log.ts";

/** The doctor: what is certain to fail is told before anything moves. */
export async function examine(
  observed: Observed,
  part: ObservedExtension,
  log: BuildLog,
): Promise<Result<void>> {
  log.stage("doctor");
  const { runDoctor } = await import("../doctor/doctor.ts");
  const findings = await runDoctor(doctorRequest(observed, part));
  for (const finding of findings) if (finding.level === "warning") log.note(`${finding.text} ${finding.fix}`);
  const [error, ...more] = findings.filter((finding) => finding.level === "error");
  if (error === undefined) return ok(undefined);
  const others = more.length === 0 ? "" : ` ${more.length} more: rebuild-if-needed doctor.`;
  return refuse("E304", `${error.text}. Nothing was moved or run.${others}`, error.fix);
}

/** What the doctor may look at of one extension. */
export function doctorRequest(observed: Observed, part: ObservedExtension): DoctorRequest {
  const { ws, environment, tree } = observed;
  const outputs = part.known.kind === "known" ? part.known.baseline.outputs : [];
  return {
    ws,
    extension: part.extension,
    interpreter: environment.interpreter,
    path: environment.path,
    variables: environment.variables,
    toolchain: part.observation.fingerprint.toolchain,
    readTree: (path) => {
      try {
        return readFileSync(join(ws.top, path), "utf8");
      } catch {
        return null;
      }
    },
    trackedPaths: tree.entries.map((entry) => entry.path),
    outputsBytes: outputs.reduce((sum, output) => sum + output.size, 0),
  };
}
