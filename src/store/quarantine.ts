import { readFileSync, readdirSync, renameSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative } from "node:path";
import { deviceOf } from "../fingerprint/outputs.ts";
import { encodePath } from "../git/path-bytes.ts";
import type { Workspace } from "../model.ts";
import { existsAt, makeParent, removeTree } from "./move.ts";
import { writeDurably } from "./state-file.ts";

/** Where a file that was in the way and is not ours lies now. */
export interface Quarantined {
  readonly path: string;
  readonly keptAt: string;
  readonly why: string;
}

function quarantineRoot(ws: Workspace): string {
  return join(ws.stateDir, "quarantine");
}

/**
 * Moves a file or folder out of the way, with a note on where it was and why. Throws Node's error.
 * @param origin where it belongs, if it has been put aside since.
 */
export function moveToQuarantine(
  ws: Workspace,
  buildId: string,
  path: string,
  why: string,
  origin: string = path,
): Quarantined {
  const folder = join(quarantineRoot(ws), buildId);
  const inside = relative(ws.top, origin);
  const name = isAbsolute(inside) || inside.startsWith("..") ? join("outside", origin) : inside;
  const wanted = join(folder, "files", name);
  const isNear = deviceOf(dirname(path)) === deviceOf(ws.stateDir);
  if (isNear) makeParent(wanted); // beside its place no folder is needed, which a full disk has no room for
  const keptAt = freeName(isNear ? wanted : besidePlace(path, origin, buildId));
  const entry: Quarantined = { path: origin, keptAt, why };
  note(join(folder, "note.json"), entry); // before the move: a kill between the two leaves no file that nobody can name
  renameSync(encodePath(path), encodePath(keptAt));
  return entry;
}

/** On the file's own file system, near where it belongs: what it lies in now may be an old build directory that goes. */
function besidePlace(path: string, origin: string, buildId: string): string {
  const device = deviceOf(dirname(path));
  let folder = dirname(origin);
  while (folder !== dirname(folder) && (!existsAt(folder) || deviceOf(folder) !== device))
    folder = dirname(folder);
  const near = existsAt(folder) && deviceOf(folder) === device ? folder : dirname(path);
  return join(near, `.rebuild-if-needed-quarantine-${buildId}-${basename(origin)}`);
}

function note(file: string, entry: Quarantined): void {
  try {
    const others = readNotes(file).filter(({ keptAt }) => keptAt !== entry.keptAt);
    writeDurably(file, `${JSON.stringify({ version: 1, files: [...others, entry] }, null, 1)}\n`);
  } catch {
    // The file is safe, and its place tells its name: a full disk must not stop a roll-back.
  }
}

/** Everything that lies in quarantine, oldest build first. */
export function listQuarantine(ws: Workspace): Quarantined[] {
  try {
    return readdirSync(quarantineRoot(ws))
      .sort()
      .flatMap((build) => readNotes(join(quarantineRoot(ws), build, "note.json")));
  } catch {
    return [];
  }
}

/** What quarantine keeps at least: the last ten builds' files, and everything of the last 30 days. */
const KEPT_BUILDS = 10;
const KEPT_MS = 30 * 24 * 3600 * 1000;

/**
 * Drops what is older than both bounds.
 * @param list gets each file before it is dropped.
 */
export function pruneQuarantine(ws: Workspace, nowMs: number, list: (file: Quarantined) => void): void {
  const root = quarantineRoot(ws);
  if (!existsAt(root)) return;
  for (const build of readdirSync(root).sort().slice(0, -KEPT_BUILDS)) {
    const folder = join(root, build);
    if (nowMs - statSync(folder).mtimeMs < KEPT_MS) continue;
    for (const file of readNotes(join(folder, "note.json"))) list(file);
    removeTree(folder);
  }
}

function readNotes(path: string): Quarantined[] {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return typeof value === "object" && value !== null && "files" in value && Array.isArray(value.files)
      ? value.files.filter(isQuarantined)
      : [];
  } catch {
    return [];
  }
}

function isQuarantined(value: unknown): value is Quarantined {
  return (
    typeof value === "object" && value !== null && "path" in value && "keptAt" in value && "why" in value
  );
}

function freeName(path: string): string {
  for (let at = 0; ; at++) {
    const name = at === 0 ? path : `${path}.${at}`;
    if (!existsAt(name)) return name;
  }
}
