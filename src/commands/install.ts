import { programPath } from "../build/start.ts";
import { installHooks, type InstallReport } from "../install/index.ts";
import { EXIT } from "../report/failure.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";

/** `install`: the hooks, nothing else. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const args = parse("install", argv);
  if (!args.ok) return fail(io, args.failure);
  const ws = await openWorkspace(io);
  if (!ws.ok) return fail(io, ws.failure);
  const installed = await installHooks({
    ws: ws.value,
    node: process.execPath,
    program: programPath(),
    environment: process.env,
  });
  if (!installed.ok) return fail(io, installed.failure);
  for (const line of describeInstall(installed.value)) io.result(line);
  return EXIT.good;
}

/** What `install` did, for people. */
export function describeInstall(report: InstallReport): string[] {
  const earlier = report.hooks.filter((hook) => hook.earlier !== null);
  return [
    `hooks: ${report.hooks.length} in place; they run ${report.target.program}`,
    ...(report.target.copiedFrom === null
      ? []
      : [`  a copy that stays: ${report.target.copiedFrom} could vanish`]),
    ...wayLines(report),
    ...report.managers.map((manager) => `  ${manager.name}: ${manager.advice}`),
    ...earlier.map((hook) => `  ${hook.path}: your earlier hook still runs first (kept at ${hook.earlier})`),
    ...report.projectFiles.map((file) => `  changed in the project: ${file}`),
    ...report.warnings.map((warning) => `  warning: ${warning}`),
  ];
}

/** How git comes to start them, where they are not simply its hook files. */
function wayLines({ location }: InstallReport): readonly string[] {
  if (location.kind === "config")
    return [
      "  git starts them by its configuration, whatever a hook manager does; git before 2.54 does not know it",
    ];
  if (location.kind === "chain")
    return [`  git takes hooks from ${location.folder} now; each runs the one in ${location.outside} first`];
  return [];
}
