import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { type Failure, type Result, err, failure, ok, refuse } from "../report/failure.ts";

export type StateRead =
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly why: string }
  | { readonly kind: "newer" }
  | { readonly kind: "value"; readonly value: Readonly<Record<string, unknown>> };

/** Reads a state file of ours. What cannot be parsed is `unreadable`, never good; a newer version is refused. */
export function readState(path: string): StateRead {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    return ["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")
      ? { kind: "absent" }
      : { kind: "unreadable", why: String(error) };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "unreadable", why: `${path} was cut short or is not JSON` };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { kind: "unreadable", why: `${path} is not an object` };
  }
  const record: Record<string, unknown> = { ...value };
  if (typeof record["version"] === "number" && record["version"] > 1) return { kind: "newer" };
  return record["version"] === 1
    ? { kind: "value", value: record }
    : { kind: "unreadable", why: `${path} has no version` };
}

/** E120 for a state file that a newer release wrote. */
export function newerState<T>(path: string): Result<T> {
  return refuse(
    "E120",
    `${path} was written by a newer rebuild-if-needed. Nothing was changed.`,
    "npm install -g rebuild-if-needed@latest",
  );
}

/** Writes JSON so that a reader sees the old file or the new one: temp file, fsync, rename, fsync of the folder. */
export function writeState(path: string, value: unknown): Result<void> {
  try {
    writeDurably(path, `${JSON.stringify(value, null, 1)}\n`);
    return ok(undefined);
  } catch (error) {
    return stateUnwritable(path, error);
  }
}

export function stateUnwritable<T>(path: string, error: unknown): Result<T> {
  return err(unwritable(path, error));
}

/** E205 on a full disk, E303 otherwise. */
export function unwritable(path: string, error: unknown): Failure {
  const code = errorCode(error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return failure("E205", `no space left to write ${path}.`, "free some space, then: rebuild-if-needed");
  }
  return failure(
    "E303",
    `state cannot be written: ${path} (${code ?? String(error)}). Nothing was changed.`,
    "make the git dir writable, then: rebuild-if-needed",
  );
}

/** Throws Node's error. Callers turn it into a failure where they know what it means. */
export function writeDurably(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  const temp = `${path}.${process.pid}.tmp`;
  const file = openSync(temp, "w", mode);
  try {
    try {
      writeFileSync(file, text); // not writeSync: on a disk that is nearly full that writes a part, and is content
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temp, path);
  } catch (error) {
    rmSync(temp, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** Makes renames in a folder durable. Some file systems refuse to sync folders; then the rename is all there is. */
export function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, "r");
    fsyncSync(handle);
    closeSync(handle);
  } catch {
    // not every file system can
  }
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
