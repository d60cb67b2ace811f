import { join } from "node:path";
import { readState, writeState } from "../../store/state-file.ts";
import { parseUses, type Use } from "./callers.ts";
import type { Registration } from "./registrations.ts";
import { parseTargets, type Target } from "./target-names.ts";

/** What was read of files, by the id of their content: a merge reads only what it changed. */
export interface ScanCache {
  /** The native names that uses were looked for of. */
  readonly asked: string;
  /** Of build files; the path is part of the key, since sources are given from a file's folder. */
  readonly targets: ReadonlyMap<string, readonly Target[]>;
  readonly registrations: ReadonlyMap<string, readonly Registration[]>;
  readonly uses: ReadonlyMap<string, readonly Use[]>;
}

const EMPTY: ScanCache = { asked: "", targets: new Map(), registrations: new Map(), uses: new Map() };

/** The record of an earlier scan, as far as it can be read: it saves time, and nothing rests on it. */
export function readScanCache(stateDir: string): ScanCache {
  const state = readState(pathOf(stateDir));
  if (state.kind !== "value") return EMPTY;
  const { asked, targets, registrations, uses } = state.value;
  return {
    asked: typeof asked === "string" ? asked : "",
    targets: parseMap(targets, parseTargets),
    registrations: parseMap(registrations, parseRegistrations),
    uses: parseMap(uses, parseUses),
  };
}

/** Replaces the record. It holds what belongs to files that are there now, so it grows with the tree and no history. */
export function writeScanCache(stateDir: string, { asked, targets, registrations, uses }: ScanCache): void {
  const value = {
    version: 1,
    asked,
    targets: Object.fromEntries(targets),
    registrations: Object.fromEntries(registrations),
    uses: Object.fromEntries(uses),
  };
  writeState(pathOf(stateDir), value); // where the git dir cannot be written, the next scan reads again
}

function pathOf(stateDir: string): string {
  return join(stateDir, "native-names.json");
}

function parseMap<T>(value: unknown, parse: (entry: unknown) => T | null): Map<string, T> {
  const map = new Map<string, T>();
  if (typeof value !== "object" || value === null) return map;
  for (const [id, entry] of Object.entries(value)) {
    const parsed = parse(entry);
    if (parsed !== null) map.set(id, parsed);
  }
  return map;
}

function parseRegistrations(value: unknown): readonly Registration[] | null {
  if (!Array.isArray(value)) return null;
  const all = value.map(parseRegistration);
  return all.every((one) => one !== null) ? all : null;
}

function parseRegistration(value: unknown): Registration | null {
  if (typeof value !== "object" || value === null) return null;
  const { kind, space, name, schema, line, conditions }: Record<string, unknown> = { ...value };
  if (kind !== "operator" && kind !== "kernel" && kind !== "name" && kind !== "module") return null;
  if (!isTextOrNull(space) || !isTextOrNull(schema) || typeof name !== "string" || typeof line !== "number")
    return null;
  if (!Array.isArray(conditions)) return null;
  const texts = conditions.filter((one): one is string => typeof one === "string");
  return { kind, space, name, schema, line, conditions: texts };
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}
