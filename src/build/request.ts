import { mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Toolchain, Workspace } from "../model.ts";
import { isListOf, isObject, isText, isToolchain } from "../store/baseline-shape.ts";
import { writeDurably } from "../store/state-file.ts";
import { buildFolder } from "./build-folder.ts";

/** What the builder is asked to do. It decides anew by itself: a request is not a decision. */
export interface BuildRequest {
  readonly version: 1;
  readonly buildId: string;
  /** `typed`, or the name of the hook. */
  readonly trigger: string;
  readonly force: boolean;
  readonly only: readonly string[] | null;
  /** git's marks of an operation are still there, though it has ended: see `hasEnded`. */
  readonly ignoreOperation: boolean;
  /** False: end with "busy" rather than wait for another work tree that builds into the same environment. */
  readonly wait: boolean;
  /** Nobody watches it from its start: it runs at low priority, and its end may be told on the desktop. */
  readonly inBackground?: boolean;
  /** What the look of whoever asks saw, by extension, where the baseline does not know it: the builder's look is quicker for it. */
  readonly seen?: Readonly<Record<string, Toolchain>>;
}

/** Builds whose logs are kept. */
const KEPT_BUILDS = 20;

/** Sorts by time: builds, logs and quarantine are kept by it. */
export function newBuildId(): string {
  const time = new Date().toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${time}-${process.pid}-${Math.floor(Math.random() * 0xffff)
    .toString(16)
    .padStart(4, "0")}`;
}

/** True for what {@link newBuildId} makes; the lock of a work tree is also held by `undo`, say. */
export function isBuildId(label: string): boolean {
  return /^\d{8}-\d{6}-/.test(label);
}

/** Throws Node's error where the git dir cannot be written. */
export function writeRequest(ws: Workspace, request: BuildRequest): void {
  mkdirSync(buildFolder(ws, request.buildId), { recursive: true });
  writeDurably(join(buildFolder(ws, request.buildId), "request.json"), JSON.stringify(request));
  dropOldLogs(ws);
}

/** The request of a build, or null when there is none that can be read. */
export function readRequest(ws: Workspace, buildId: string): BuildRequest | null {
  try {
    const value: unknown = JSON.parse(readFileSync(join(buildFolder(ws, buildId), "request.json"), "utf8"));
    return isRequest(value) ? value : null;
  } catch {
    return null;
  }
}

function dropOldLogs(ws: Workspace): void {
  const root = join(ws.stateDir, "builds");
  for (const name of readdirSync(root).sort().slice(0, -KEPT_BUILDS))
    rmSync(join(root, name), { recursive: true, force: true });
}

function isRequest(value: unknown): value is BuildRequest {
  return (
    isObject(value) &&
    value["version"] === 1 &&
    isText(value["buildId"]) &&
    isText(value["trigger"]) &&
    typeof value["force"] === "boolean" &&
    typeof value["ignoreOperation"] === "boolean" &&
    typeof value["wait"] === "boolean" &&
    ["boolean", "undefined"].includes(typeof value["inBackground"]) &&
    (value["seen"] === undefined ||
      (isObject(value["seen"]) && Object.values(value["seen"]).every(isToolchain))) &&
    (value["only"] === null || isListOf(value["only"], isText))
  );
}
