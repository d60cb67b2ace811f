import { renameSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { ok, refuse, type Result } from "../report/failure.ts";
import { newerState, readState, stateUnwritable, writeState } from "../store/state-file.ts";

/** What a person has granted in this clone; shared by its work trees, never in the tree itself. */
export interface Grants {
  /** Trusted remotes as noted by `init` and `allow --remote`; null before either. */
  readonly remotes: readonly string[] | null;
  /** Foreign commits that were allowed. */
  readonly commits: readonly string[];
}

const NOTHING: Grants = { remotes: null, commits: [] };

/** Fails with E120 (newer version) or E306 (cannot be read): then nothing at all is trusted. */
export function readGrants(ws: Workspace): Result<Grants> {
  const read = readState(grantsFile(ws));
  switch (read.kind) {
    case "absent":
      return ok(NOTHING);
    case "newer":
      return newerState(grantsFile(ws));
    case "unreadable":
      return unreadable(read.why);
    case "value": {
      const { remotes, commits } = read.value;
      if ((remotes === null || isTexts(remotes)) && isTexts(commits)) return ok({ remotes, commits });
      return unreadable(`${grantsFile(ws)} has an unknown shape`);
    }
  }
}

export function writeGrants(ws: Workspace, grants: Grants): Result<void> {
  return writeState(grantsFile(ws), { version: 1, ...grants });
}

/** For `init`, a person's word: a file that cannot be read is kept under another name, and all begins anew. */
export function readGrantsOrStartAnew(ws: Workspace): Result<Grants> {
  const grants = readGrants(ws);
  if (grants.ok || grants.failure.code !== "E306") return grants;
  try {
    renameSync(grantsFile(ws), `${grantsFile(ws)}.unreadable`);
    return ok(NOTHING);
  } catch (error) {
    return stateUnwritable(grantsFile(ws), error);
  }
}

function grantsFile(ws: Workspace): string {
  return join(ws.commonDir, "rebuild-if-needed", "trust.json");
}

function unreadable<T>(why: string): Result<T> {
  return refuse(
    "E306",
    `what is trusted here cannot be read: ${why}. All commits are held; nothing was run.`,
    "rebuild-if-needed init",
  );
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
