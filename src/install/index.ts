/** Hooks in, out, listed and tried. The commands around this are in src/commands/. */
export { HOOK_NAMES, type HookName } from "./hook-names.ts";
export { installHooks, type InstalledHook, type InstallReport, type InstallRequest } from "./install.ts";
export { listHooks, type ListedHook } from "./list.ts";
export type { HookLocation } from "./location.ts";
export type { Manager } from "./managers.ts";
export { probeHooks, type ProbeReport } from "./probe.ts";
export type { StableTarget } from "./stable-target.ts";
export { uninstallHooks, type UninstallReport } from "./uninstall.ts";
