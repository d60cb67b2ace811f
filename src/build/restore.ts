import { chmodSync, renameSync, rmSync } from "node:fs";
import { recordOf } from "../fingerprint/environment.ts";
import { outputPath } from "../fingerprint/output-path.ts";
import { hashFile, readOutputs } from "../fingerprint/outputs.ts";
import { encodePath, showPath } from "../git/path-bytes.ts";
import type { Baseline, EnvironmentOfRecord, Fingerprint, Output } from "../model.ts";
import type { Observed, ObservedExtension } from "../observe.ts";
import { type Problem, problemText } from "../verify/findings.ts";
import { err, ok, refuse, type Result } from "../report/failure.ts";
import { copyDurably, existsAt, makeParent, tempPlace } from "../store/move.ts";
import type { Quarantined } from "../store/quarantine.ts";
import { slotFile, touchSlot, type Slot } from "../store/slots.ts";
import { notMoved } from "./failed-build.ts";
import { foreignOutputs } from "./foreign-outputs.ts";
import { isOurBuild } from "./prepare.ts";
import { rollBack } from "./roll-back.ts";
import { begin, commit } from "./transaction.ts";
import { whyNotLoadable } from "./verify-restored.ts";

export interface RestoreRequest {
  readonly buildId: string;
  readonly slot: Slot;
  /** Fingerprint for the new baseline: the present one, or for `undo` the slot's own. */
  readonly fingerprint: Fingerprint;
  /** A person's restore records their environment. */
  readonly isTyped: boolean;
  /** False for `undo`, which is done whatever it brings back: then a problem is only told. */
  readonly mustLoad: boolean;
}

export interface Restored {
  readonly baseline: Baseline;
  readonly moved: readonly Quarantined[];
  readonly problem: Problem | null;
}

/** Puts the files of a slot in place: copies beside, checks their content, renames, reads whether they load. No compiler. */
export async function restore(
  observed: Observed,
  part: ObservedExtension,
  request: RestoreRequest,
): Promise<Result<Restored>> {
  const { ws, environment } = observed;
  const { slot, buildId } = request;
  const old = part.known.kind === "known" ? part.known.baseline.outputs : [];
  const wanted = slot.baseline.outputs;
  const paths = [...new Set([...old, ...wanted].map((output) => output.path))].filter(
    (path) => !observed.tracked.has(path),
  );
  const at = new Date().toISOString();
  const record: EnvironmentOfRecord | null = request.isTyped ? recordOf(environment, at) : null;
  try {
    const transaction = await begin(ws, {
      kind: "restore",
      buildId,
      extension: part.extension.name,
      interpreter: environment.interpreter,
      outputs: paths,
      foreign: await foreignOutputs(ws.top, paths, old),
      records: [],
      buildDirs: [],
      objects: null,
      halfBuilt: null,
      buildDirFiles: null,
      watched: [],
      keepTimes: true,
      environment: record,
    });
    try {
      const gits = wanted.find(({ path }) => transaction.tracked?.has(path) === true);
      if (gits !== undefined) {
        await rollBack(ws, transaction.journal);
        const message = `git has come to track ${showPath(gits.path)} meanwhile. Everything is as it was.`;
        return refuse("E203", message, "rebuild-if-needed");
      }
      const damaged = await putInPlace(ws.top, slot);
      if (damaged !== null) {
        await rollBack(ws, transaction.journal);
        const message = `the kept copy of ${damaged} is damaged. Everything is as it was.`;
        return refuse("E202", message, "rebuild-if-needed --force");
      }
      for (const path of paths) {
        const full = outputPath(ws.top, path);
        if (!wanted.some((output) => output.path === path)) rmSync(encodePath(full), { force: true }); // kept aside
      }
      const problem = await whyNotLoadable(observed, part, wanted);
      if (problem !== null && request.mustLoad) {
        await rollBack(ws, transaction.journal);
        const message = `the kept build does not load any more: ${problemText(problem)}. Everything is as it was.`;
        return refuse("E202", message, problem.next ?? "rebuild-if-needed --force");
      }
      // The build directories are of the last build, not of the slot's: its times hold only where the two are one, and
      // what is in there is told by that build.
      const { inputTimes: _times, ...kept } = slot.baseline;
      const last = part.known.kind === "known" ? part.known.baseline : null;
      const isLast = last?.fingerprint.hash === request.fingerprint.hash;
      const baseline: Baseline = {
        ...kept,
        ...(isLast && last.inputTimes !== undefined ? { inputTimes: last.inputTimes } : {}),
        ...(isOurBuild(last) ? { buildDirFiles: last.buildDirFiles } : {}),
        buildId,
        origin: "restored",
        at,
        interpreter: environment.interpreter?.path ?? null,
        fingerprint: request.fingerprint,
        outputs: await readOutputs(
          ws.top,
          wanted.map((output) => output.path),
        ),
      };
      const moved = commit(ws, transaction, baseline, false);
      touchSlot(slot);
      return ok({ baseline, moved, problem });
    } catch (error) {
      await rollBack(ws, transaction.journal);
      throw error;
    }
  } catch (error) {
    return err(notMoved(ws, error));
  }
}

/** @returns the path of an output whose kept copy does not have the content that it should have. */
async function putInPlace(top: string, slot: Slot): Promise<string | null> {
  const ready: { temp: string; full: string }[] = [];
  for (const [index, output] of slot.baseline.outputs.entries()) {
    const full = outputPath(top, output.path);
    if (await holds(full, output)) continue;
    const temp = tempPlace(`${full}.${index}`);
    makeParent(full);
    copyDurably(slotFile(slot, index), temp);
    chmodSync(encodePath(temp), output.mode);
    ready.push({ temp, full });
    if ((await hashFile(temp)) !== output.sha256) {
      for (const one of ready) rmSync(encodePath(one.temp), { force: true });
      return output.path;
    }
  }
  for (const { temp, full } of ready) renameSync(encodePath(temp), encodePath(full));
  return null;
}

async function holds(full: string, output: Output): Promise<boolean> {
  return existsAt(full) && (await hashFile(full).catch(() => "")) === output.sha256;
}
