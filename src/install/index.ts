/** Hooks in, out, listed and tried. The commands around this are in src/commands/. */
export { HOOK_FOLDERS, HOOK_NAMES } from "./hook-names.ts";
export { installHooks, type InstallReport, type InstallRequest } from "./install.ts";
export { listHooks, type HookList } from "./list.ts";
export { lostHooksLine } from "./lost.ts";
export { probeHooks, type ProbeReport } from "./probe.ts";
export { uninstallHooks, type UninstallReport } from "./uninstall.ts";
export { warningsFor } from "./warnings.ts";
