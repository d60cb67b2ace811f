/** Short questions to programs of the environment of record, such as "which architectures do you know?". */
import { delimiter } from "node:path";
import { runTool } from "../fingerprint/run-tool.ts";
import { type MayRun, untrackedOnly } from "../fingerprint/search-path.ts";
import { withoutGitVariables } from "../git/git.ts";
import type { DoctorContext } from "./finding.ts";

/** What a program has to say within this time, it may say; the doctor is not to be slow. */
const TIME_LIMIT_MS = 2000;

type Surroundings = Pick<DoctorContext, "path" | "variables">;

/** stdout of a program that ends well within 2 s, or null. */
export function askProgram(
  { path, variables }: Surroundings,
  argv: readonly [string, ...string[]],
): Promise<string | null> {
  const environment = {
    ...withoutGitVariables(process.env),
    ...variables,
    PATH: path.join(delimiter),
    LC_ALL: "C",
  };
  return runTool({ argv, environment, timeLimitMs: TIME_LIMIT_MS });
}

/** Programs that git tracks are not run: a branch may have brought them. */
export function mayRunHere({ ws, trackedPaths }: Pick<DoctorContext, "ws" | "trackedPaths">): MayRun {
  const tracked = new Set(trackedPaths);
  return untrackedOnly(ws.top, (file) => tracked.has(file.slice(ws.top.length + 1)));
}

/** A variable of the record, or else of this process: those that change only the speed are not recorded. */
export function variableOf(
  { variables }: Pick<DoctorContext, "variables">,
  name: string,
): string | undefined {
  return variables[name] ?? (process.env[name] || undefined);
}
