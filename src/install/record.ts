import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { ok, type Result } from "../report/failure.ts";
import { newerState, readState, writeState } from "../store/state-file.ts";
import type { HookTarget } from "./hook-file.ts";
import { HOOK_NAMES } from "./hook-names.ts";
import type { Placement, PlacementRole } from "./placement.ts";
import type { Way } from "./way.ts";

/**
 * How a file came to hold our lines: we made it, we added to one of others (or took its place and keep it beside),
 * or they were there when we came, by a commit of the project: then they stay, and do nothing by themselves.
 */
export type Origin = "created" | "extended" | "found";

/** A file that `install` looked after. */
export interface InstalledFile extends Placement {
  readonly origin: Origin;
}

/** `<common dir>/rebuild-if-needed/hooks.json`: what to take out again, also after core.hooksPath has changed. */
export interface HookRecord extends HookTarget {
  readonly version: 1;
  readonly way: Way;
  readonly files: readonly InstalledFile[];
}

export function recordPath(ws: Workspace): string {
  return join(ws.commonDir, "rebuild-if-needed", "hooks.json");
}

/** Null when nothing was installed or the record is damaged: then the files themselves tell what is ours. */
export function readRecord(ws: Workspace): Result<HookRecord | null> {
  const state = readState(recordPath(ws));
  if (state.kind === "newer") return newerState(recordPath(ws));
  return ok(state.kind === "value" ? parseRecord(state.value) : null);
}

export function writeRecord(ws: Workspace, record: HookRecord): Result<void> {
  return writeState(recordPath(ws), record);
}

export function removeRecord(ws: Workspace): void {
  rmSync(recordPath(ws), { force: true });
}

function parseRecord(data: Readonly<Record<string, unknown>>): HookRecord | null {
  const { node, program, files, way = "files" } = data;
  if (typeof node !== "string" || typeof program !== "string" || !Array.isArray(files)) return null;
  const parsed = files.map(parseFile);
  const known = parsed.filter((file) => file !== null);
  const knownWay = WAYS.find((one) => one === way);
  if (knownWay === undefined || known.length !== parsed.length) return null;
  return { version: 1, way: knownWay, node, program, files: known };
}

function parseFile(entry: unknown): InstalledFile | null {
  if (typeof entry !== "object" || entry === null) return null;
  const { name, role, path, origin }: Record<string, unknown> = { ...entry };
  const hook = HOOK_NAMES.find((one) => one === name);
  const part = ROLES.find((one) => one === role);
  const from = ORIGINS.find((one) => one === origin);
  if (hook === undefined || part === undefined || from === undefined || typeof path !== "string") return null;
  return { name: hook, path, role: part, origin: from };
}

const ROLES: readonly PlacementRole[] = ["hook", "shared-lines", "script", "configured"];
const WAYS: readonly Way[] = ["files", "config", "chain"];
const ORIGINS: readonly Origin[] = ["created", "extended", "found"];
