import type { Extension, Interpreter, ReasonKind, RepoPath, Toolchain, Workspace } from "../model.ts";

/** What one look of the doctor is about: one extension and the environment that would build it. */
export interface DoctorRequest {
  readonly ws: Workspace;
  readonly extension: Extension;
  readonly interpreter: Interpreter | null;
  /** Search path of the environment of record. */
  readonly path: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly toolchain: Toolchain;
  /** Text of a file of the work tree, or null when there is none. */
  readonly readTree: (path: RepoPath) => string | null;
  readonly trackedPaths: readonly RepoPath[];
  /** Size of the present outputs and build directories, for the space that a rebuild needs. */
  readonly outputsBytes: number;
}

/** The request, and what all checks ask of it. */
export interface DoctorContext extends DoctorRequest {
  /** Tracked paths that are inputs of the extension; none where nothing is compiled. */
  readonly inputs: readonly RepoPath[];
}

export type Level = "ok" | "warning" | "error";

/** One thing that was looked at. */
export interface Finding {
  /** Name of the check in kebab-case; a heading in docs/doctor.md. */
  readonly check: string;
  readonly level: Level;
  /** What was found, with the evidence. */
  readonly text: string;
  /** A command or a sentence; empty when all is well. */
  readonly fix: string;
  /** Set on those that `check` shows as reasons too. */
  readonly reason?: ReasonKind;
}

/** Looks, runs nothing of the work tree, changes nothing. No finding: it does not apply here. */
export type Check = (context: DoctorContext) => readonly Finding[] | Promise<readonly Finding[]>;

/** A finding that all is well. */
export function good(check: string, text: string): Finding {
  return { check, level: "ok", text, fix: "" };
}
