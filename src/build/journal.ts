import { lstatSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentOfRecord, RepoPath, Workspace } from "../model.ts";
import { isListOf, isObject, isText } from "../store/baseline-shape.ts";
import { readState, syncFolder, writeDurably } from "../store/state-file.ts";
import { isOwner, type Owner } from "./owner.ts";

/** A file under protection. All paths are absolute. */
export interface ProtectedFile {
  readonly path: string;
  readonly aside: string;
  /** False: nothing was there, so going back means that nothing is there again. */
  readonly existed: boolean;
  /**
   * Outputs give way to a stand-in; `copy` marks a file that is not ours to touch and only kept in case; `move` is
   * what is no file (a folder in an output's place) and goes away as a whole.
   */
  readonly how: "stand-in" | "link" | "copy" | "move";
  /** `<ino>:<mtimeNs>:<size>` before, for telling whether a copy has to go back. */
  readonly stamp: string;
  /** True: what is put aside is not our own build, so it goes to quarantine in the end and is never dropped. */
  readonly isForeign: boolean;
}

export interface ProtectedFolder {
  readonly path: string;
  readonly aside: string;
  readonly existed: boolean;
  /** Outputs inside it, relative to the folder: each has a stand-in while the folder is aside. */
  readonly standIns: readonly RepoPath[];
}

/** What a transaction is about to do; written before the first move and enough to undo it after a crash. */
export interface Journal {
  readonly version: 1;
  readonly kind: "build" | "restore";
  readonly buildId: string;
  readonly extension: string;
  readonly interpreter: string | null;
  readonly owner: Owner;
  readonly stageDir: string;
  readonly files: readonly ProtectedFile[];
  readonly folders: readonly ProtectedFolder[];
  /** Folders whose git-ignored, loadable files were listed, and that list: what is new later came from the recipe. */
  readonly watched: readonly RepoPath[];
  readonly before: readonly RepoPath[];
  /** site-packages folders and their entries. */
  readonly siteBefore: Readonly<Record<string, readonly string[]>>;
  /** Key of the slot that was staged, once it is known. */
  readonly slotKey: string | null;
  /** To be recorded with the commit: a build that a person started brings its environment. */
  readonly environment: EnvironmentOfRecord | null;
}

/** There is one journal a work tree: while it exists, something was moved and is not settled. */
export function journalPath(ws: Workspace): string {
  return join(ws.stateDir, "journal.json");
}

/** False only when there is certainly none: then nothing was interrupted. */
export function isJournalThere(ws: Workspace): boolean {
  try {
    return lstatSync(journalPath(ws), { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

export type JournalRead =
  | { readonly kind: "none" }
  | { readonly kind: "newer" }
  | { readonly kind: "unreadable"; readonly why: string }
  | { readonly kind: "journal"; readonly journal: Journal };

/** The journal as it is on disk; one that cannot be read is never taken for none. */
export function readJournal(ws: Workspace): JournalRead {
  const state = readState(journalPath(ws));
  switch (state.kind) {
    case "absent":
      return { kind: "none" };
    case "newer":
      return { kind: "newer" };
    case "unreadable":
      return { kind: "unreadable", why: state.why };
    case "value": {
      const value: unknown = state.value;
      return isJournal(value)
        ? { kind: "journal", journal: value }
        : { kind: "unreadable", why: "it lacks a part" };
    }
  }
}

/** Throws Node's error: without a journal nothing may be moved. */
export function writeJournal(ws: Workspace, journal: Journal): void {
  writeDurably(journalPath(ws), `${JSON.stringify(journal)}\n`);
}

/** The end of a transaction. Needs no free block. */
export function clearJournal(ws: Workspace): void {
  rmSync(journalPath(ws), { force: true });
  syncFolder(ws.stateDir);
}

function isJournal(value: unknown): value is Journal {
  return (
    isObject(value) &&
    ["buildId", "extension", "stageDir", "kind"].every((key) => isText(value[key])) &&
    isOwner(value["owner"]) &&
    isListOf(value["files"], isProtected) &&
    isListOf(value["folders"], isProtected) &&
    isListOf(value["watched"], isText) &&
    isListOf(value["before"], isText) &&
    isObject(value["siteBefore"])
  );
}

function isProtected(value: unknown): value is ProtectedFile & ProtectedFolder {
  return (
    isObject(value) &&
    isText(value["path"]) &&
    isText(value["aside"]) &&
    typeof value["existed"] === "boolean"
  );
}
