import { createHash } from "node:crypto";
import { join } from "node:path";
import type { KnownBaseline } from "../decide.ts";
import type { Baseline, Workspace } from "../model.ts";
import { ok, type Result } from "../report/failure.ts";
import { isBaseline } from "./baseline-shape.ts";
import { newerState, readState } from "./state-file.ts";

/** Baselines are per (worktree, extension, interpreter): a second environment has builds of its own. */
export function baselinePath(ws: Workspace, extension: string, interpreter: string | null): string {
  const key = createHash("sha256")
    .update(`${extension}\0${interpreter ?? ""}`)
    .digest("hex")
    .slice(0, 12);
  const name = extension.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 60);
  return join(ws.stateDir, "baselines", `${name}-${key}.json`);
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
