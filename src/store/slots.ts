import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { crypto } from "../late-modules.ts";
import { outputPath } from "../fingerprint/output-path.ts";
import type { Baseline, RepoPath, Workspace } from "../model.ts";
import { isBaseline, isObject } from "./baseline-shape.ts";
import { copyDurably } from "./move.ts";
import { readState, writeDurably } from "./state-file.ts";

/** The kept outputs of one verified build. `baseline` is the record that was made of it. */
export interface Slot {
  readonly key: string;
  readonly folder: string;
  readonly baseline: Baseline;
}

/** Bounds of the store. The newest slot of each extension is never dropped. */
export interface SlotLimits {
  readonly maxCount: number;
  readonly maxBytes: number;
}

const SLOT_LIMITS: SlotLimits = { maxCount: 12, maxBytes: 20 * 1024 ** 3 };

/** Builds whose files lie in an environment can only go back into that environment. */
export function slotKey(baseline: Baseline): string {
  const inEnvironment = baseline.outputs.some((output) => isAbsolute(output.path));
  const { extension, fingerprint, trackedOutputs } = baseline;
  return keyOf(extension, fingerprint.hash, trackedOutputs, inEnvironment ? baseline.interpreter : null);
}

/** The slot of a fingerprint, if it is complete: every file is there with its size (content is checked when used). */
export function findSlot(
  ws: Workspace,
  extension: string,
  fingerprint: string,
  trackedOutputs: readonly RepoPath[],
  interpreter: string | null,
): Slot | null {
  for (const place of [interpreter, null]) {
    const key = keyOf(extension, fingerprint, trackedOutputs, place);
    const slot = readSlot(join(ws.slotsDir, key), key);
    if (slot?.baseline.extension === extension && slot.baseline.fingerprint.hash === fingerprint) return slot;
  }
  return null;
}

/** Slots of one extension, newest first. */
export function listSlots(ws: Workspace, extension: string): Slot[] {
  return slotFolders(ws)
    .map((key) => readSlot(join(ws.slotsDir, key), key))
    .filter((slot): slot is Slot => slot?.baseline.extension === extension)
    .sort((a, b) => (a.baseline.at < b.baseline.at ? 1 : -1));
}

export function slotFile(slot: Slot, index: number): string {
  return join(slot.folder, String(index));
}

/** Copies a build's outputs to `folder`, which becomes a slot by `adoptSlot`. Throws Node's error (no space). */
export function stageSlot(ws: Workspace, folder: string, baseline: Baseline): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  baseline.outputs.forEach((output, index) => {
    copyDurably(outputPath(ws.top, output.path), join(folder, String(index)));
  });
  writeDurably(join(folder, "slot.json"), `${JSON.stringify({ version: 1, baseline }, null, 1)}\n`);
}

/** Makes a staged folder the slot of its fingerprint by one rename; an older one of the same key gives way. */
export function adoptSlot(ws: Workspace, folder: string, key: string): void {
  const place = join(ws.slotsDir, key);
  try {
    if (!existsSync(folder) || readState(join(place, "slot.json")).kind === "newer") return;
    mkdirSync(ws.slotsDir, { recursive: true });
    if (existsSync(place)) {
      const old = join(ws.slotsDir, `.old-${key}-${process.pid}`);
      renameSync(place, old);
      rmSync(old, { recursive: true, force: true });
    }
    renameSync(folder, place);
  } catch {
    rmSync(folder, { recursive: true, force: true }); // another device, a full disk or another adopter: only a cache is lost
  }
}

/** Keeps the outputs that a baseline names as a slot, outside of any transaction. Best effort. */
export function keepSlot(ws: Workspace, baseline: Baseline): void {
  const folder = join(ws.stateDir, "stage", `slot-${baseline.buildId}`);
  try {
    stageSlot(ws, folder, baseline);
    adoptSlot(ws, folder, slotKey(baseline));
  } catch {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Marks a slot as used now, for dropping the least recently used first. */
export function touchSlot(slot: Slot): void {
  try {
    const now = new Date();
    utimesSync(join(slot.folder, "slot.json"), now, now);
  } catch {
    // a read-only store is still a store
  }
}

/** How much all slots of this repository hold, for people. */
export function measureSlots(ws: Workspace): { readonly count: number; readonly bytes: number } {
  const sizes = slotFolders(ws).map((key) => sizeOf(join(ws.slotsDir, key)).bytes);
  return { count: sizes.length, bytes: sizes.reduce((sum, bytes) => sum + bytes, 0) };
}

/** Drops the least recently used slots over the limits. @returns the dropped keys. */
export function pruneSlots(
  ws: Workspace,
  keep: ReadonlySet<string>,
  limits: SlotLimits = SLOT_LIMITS,
): string[] {
  const slots = slotFolders(ws)
    .map((key) => ({ key, ...sizeOf(join(ws.slotsDir, key)) }))
    .sort((a, b) => b.usedMs - a.usedMs);
  const dropped: string[] = [];
  let bytes = 0;
  let count = 0;
  for (const slot of slots) {
    bytes += slot.bytes;
    count += 1;
    if ((bytes <= limits.maxBytes && count <= limits.maxCount) || keep.has(slot.key)) continue;
    rmSync(join(ws.slotsDir, slot.key), { recursive: true, force: true });
    dropped.push(slot.key);
  }
  return dropped;
}

function keyOf(
  extension: string,
  fingerprint: string,
  trackedOutputs: readonly RepoPath[],
  interpreter: string | null,
): string {
  const text = JSON.stringify([extension, fingerprint, [...trackedOutputs].sort(), interpreter]);
  return crypto().createHash("sha256").update(text).digest("hex").slice(0, 32);
}

function readSlot(folder: string, key: string): Slot | null {
  const state = readState(join(folder, "slot.json"));
  if (state.kind !== "value" || !isObject(state.value)) return null;
  const baseline = state.value["baseline"];
  if (!isBaseline(baseline) || !baseline.outputs.every((output) => isSafePath(output.path, baseline)))
    return null;
  const complete = baseline.outputs.every(
    (output, index) => statSync(join(folder, String(index)), { throwIfNoEntry: false })?.size === output.size,
  );
  return complete ? { key, folder, baseline } : null;
}

/** A store entry is not trusted: it can name a file of the work tree, or one beside its own interpreter. */
function isSafePath(path: string, baseline: Baseline): boolean {
  if (path.split("/").some((part) => part === ".." || part === ".git")) return false;
  if (!isAbsolute(path)) return path !== "";
  const prefix = baseline.interpreter?.replace(/\/bin\/[^/]+$/, "/");
  return prefix !== undefined && path.startsWith(prefix);
}

function slotFolders(ws: Workspace): string[] {
  try {
    return readdirSync(ws.slotsDir).filter((name) => /^[0-9a-f]{32}$/.test(name));
  } catch {
    return [];
  }
}

function sizeOf(folder: string): { bytes: number; usedMs: number } {
  let bytes = 0;
  let usedMs = 0;
  for (const name of readdirSync(folder)) {
    const stat = statSync(join(folder, name), { throwIfNoEntry: false });
    bytes += stat?.size ?? 0;
    if (name === "slot.json") usedMs = stat?.mtimeMs ?? 0;
  }
  return { bytes, usedMs };
}
