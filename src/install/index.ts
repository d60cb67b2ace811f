/** Hooks in, out, listed and tried. The commands around this are in src/commands/. */
export { HOOK_NAMES } from "./hook-names.ts";
export { installHooks, type InstallReport, type InstallRequest } from "./install.ts";
export { listHooks } from "./list.ts";
export { probeHooks } from "./probe.ts";
export { uninstallHooks } from "./uninstall.ts";
