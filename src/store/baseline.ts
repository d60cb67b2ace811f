import { join } from "node:path";
import { crypto } from "../late-modules.ts";
import type { KnownBaseline } from "../decide.ts";
import type { Baseline, Workspace } from "../model.ts";
import { ok, type Result } from "../report/failure.ts";
import { isBaseline } from "./baseline-shape.ts";
import { newerState, readState } from "./state-file.ts";

/** Baselines are per (worktree, extension, interpreter): a second environment has builds of its own. */
export function baselinePath(ws: Workspace, extension: string, interpreter: string | null): string {
  return join(ws.stateDir, "baselines", `${fileName(`${extension}@${interpreter ?? ""}`)}.json`);
}

/** A name that a person can read; where it would be too long for a file system, or is not UTF-8, its hash. */
export function fileName(text: string): string {
  try {
    const name = encodeURIComponent(text);
    if (name.length <= 200) return name;
  } catch {
    // a path that is not UTF-8
  }
  return crypto().createHash("sha256").update(text).digest("hex");
}

/** E120 when a newer release wrote it; anything else that is wrong with it is `unreadable`, which is stale. */
export function readBaseline(
  ws: Workspace,
  extension: string,
  interpreter: string | null,
): Result<KnownBaseline> {
  const path = baselinePath(ws, extension, interpreter);
  const state = readState(path);
  switch (state.kind) {
    case "absent":
      return ok({ kind: "none" });
    case "newer":
      return newerState(path);
    case "unreadable":
      return ok({ kind: "unreadable", why: state.why });
    case "value": {
      const value: unknown = state.value;
      if (!isBaseline(value)) return ok({ kind: "unreadable", why: `${path} lacks a part` });
      if (value.extension !== extension || value.interpreter !== interpreter)
        return ok({ kind: "unreadable", why: `${path} is of another extension or interpreter` });
      return ok({ kind: "known", baseline: value });
    }
  }
}

export function sameBuild(
  known: KnownBaseline,
  buildId: string,
): known is { kind: "known"; baseline: Baseline } {
  return known.kind === "known" && known.baseline.buildId === buildId;
}
