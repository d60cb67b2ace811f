/** `init` on a present build: what was it made from? Evidence, or the person's word, or "unproven", which is stale. */
import { statSync } from "node:fs";
import { distributionFiles, findOutputs, trackedOutputs } from "./build/find-outputs.ts";
import { survivalFacts } from "./build/keep-present.ts";
import { newBuildId } from "./build/request.ts";
import { verifyRequest } from "./build/verify-request.ts";
import { makeFingerprint } from "./fingerprint/fingerprint.ts";
import { inputsAt, type InputsAt } from "./fingerprint/inputs-at.ts";
import { outputPath } from "./fingerprint/output-path.ts";
import { readOutputs } from "./fingerprint/outputs.ts";
import { showPath } from "./git/path-bytes.ts";
import { fullPath } from "./git/content-id.ts";
import { headAt, lastReflogMs } from "./git/history.ts";
import { openRevisions } from "./git/revisions.ts";
import type { Baseline, BuildOrigin, Extension, Fingerprint, Output, RepoPath, Workspace } from "./model.ts";
import type { Observed, ObservedExtension } from "./observe.ts";
import type { Result } from "./report/failure.ts";
import { baselinePath } from "./store/baseline.ts";
import { keepSlot } from "./store/slots.ts";
import { writeState } from "./store/state-file.ts";
import { judgeTrust } from "./trust/trust.ts";

export interface Adoption {
  readonly extension: string;
  /** What was found, in one line. */
  readonly text: string;
}

/** Dates the present outputs of an extension and records a baseline of them. Null: there is no build. */
export async function adopt(
  observed: Observed,
  part: ObservedExtension,
  assumeFresh: boolean,
): Promise<Result<Adoption>> {
  const { ws, environment, tracked } = observed;
  const { name } = part.extension;
  const site = distributionFiles(part.extension, environment.interpreter).outputs;
  const outputs = await readOutputs(ws.top, [...findOutputs(ws.top, part.extension, tracked), ...site]);
  if (outputs.length === 0) {
    return {
      ok: true,
      value: { extension: name, text: `${name}: no build yet: \`rebuild-if-needed\` makes one` },
    };
  }
  const builtMs = Math.min(...outputs.map((output) => Number(BigInt(output.mtimeNs) / 1_000_000n)));
  const dated = assumeFresh ? assumed(observed, part) : await datePresent(observed, part, builtMs);
  const isProven = dated.origin !== "unproven";
  const verified =
    isProven && isSame(dated.fingerprint, part) ? await verifyPresent(observed, part, outputs) : null;
  const isBroken = verified !== null && !verified.ok;
  const baseline: Baseline = {
    version: 1,
    extension: name,
    interpreter: environment.interpreter?.path ?? null,
    buildId: newBuildId(),
    origin: isBroken ? "unproven" : dated.origin,
    commit: dated.commit,
    at: new Date(builtMs).toISOString(),
    note: isBroken ? `your build does not verify: ${verified.why}` : dated.note,
    fingerprint: dated.fingerprint,
    outputs,
    trackedOutputs: trackedOutputs(part.extension, tracked),
    buildDirFiles: [],
    ...(await survivalFacts(outputs.map((output) => outputPath(ws.top, output.path)))),
  };
  const written = writeState(baselinePath(ws, name, baseline.interpreter), baseline);
  if (!written.ok) return written;
  if (verified?.ok === true) keepSlot(ws, baseline);
  return { ok: true, value: { extension: name, text: `${name}: ${describe(baseline, builtMs)}` } };
}

interface Dated {
  readonly origin: BuildOrigin;
  readonly commit: string | null;
  readonly note: string;
  readonly fingerprint: Fingerprint;
}

function assumed(observed: Observed, part: ObservedExtension): Dated {
  return { origin: "assumed", commit: observed.head, note: "", fingerprint: part.observation.fingerprint };
}

/**
 * The commit that HEAD's reflog gives for the oldest output. Where that is no evidence (no such entry, a clock that is
 * not this machine's because commits were made with a set date, files that may have been built before they were
 * committed), the build is unproven, and the inputs that were written after it count as changed.
 */
async function datePresent(observed: Observed, part: ObservedExtension, builtMs: number): Promise<Dated> {
  const { ws } = observed;
  const { toolchain } = part.observation.fingerprint;
  const when = dayAndTime(builtMs);
  const younger = [...part.inputs.keys()].filter((path) => !isOlder(ws.top, path, builtMs));
  // What they held then, nothing tells.
  const externals = Object.fromEntries(Object.keys(part.externals.ids).map((name) => [name, "unknown"]));
  const unproven = (note: string): Dated => {
    const inputs = new Map(part.inputs);
    for (const path of younger) inputs.set(path, "unknown");
    return {
      origin: "unproven",
      commit: null,
      note: `your build is of ${when}${note}`,
      fingerprint: makeFingerprint(part.extension, { inputs, externals }, toolchain),
    };
  };
  // On a detached HEAD, or without a network, vLLM takes its newest wheel whatever is checked out.
  if (part.extension.wheel !== undefined) return unproven("; which wheel it came out of is not known");
  const clock = lastReflogMs(ws);
  if (clock === null || Math.abs(clock.entryMs - clock.fileMs) > 5000) {
    return unproven("; the reflog does not tell what it was made from");
  }
  const commit = await headAt(ws, builtMs);
  const then = commit === null ? null : await inputsOf(ws, part.extension, commit);
  if (commit === null || then === null)
    return unproven(", before the reflog begins: what it was made from is not known");
  const { inputs } = then;
  const differing = [...part.inputs].filter(([path, id]) => inputs.get(path) !== id).map(([path]) => path);
  const uncertain = differing.find((path) => !younger.includes(path));
  if (uncertain !== undefined && differing.every((path) => !younger.includes(path))) {
    return unproven(
      `, ${commit.slice(0, 9)}; ${showPath(uncertain)} differs from that commit and may have been built so`,
    );
  }
  const hasMoved = clock.entryMs >= builtMs - 1000;
  const [touched] = younger;
  if (differing.length === 0 && touched !== undefined && !hasMoved) {
    return unproven(
      `, ${commit.slice(0, 9)}; ${showPath(touched)} was written after it and was perhaps another then`,
    );
  }
  return {
    origin: "adopted",
    commit,
    note: "",
    fingerprint: makeFingerprint(part.extension, { ...then, externals }, toolchain),
  };
}

async function inputsOf(ws: Workspace, extension: Extension, commit: string): Promise<InputsAt | null> {
  const revisions = openRevisions(ws.top);
  try {
    const tree = await revisions.at(commit);
    return tree === null ? null : await inputsAt(ws.top, extension, tree);
  } finally {
    revisions.close();
  }
}

/** ctime cannot be set: a file that is older than the oldest output was there, as it is, when that was built. */
function isOlder(top: string, path: RepoPath, builtMs: number): boolean {
  return (
    (statSync(fullPath(top, path), { throwIfNoEntry: false })?.ctimeMs ?? Number.POSITIVE_INFINITY) < builtMs
  );
}

function isSame(fingerprint: Fingerprint, part: ObservedExtension): boolean {
  return fingerprint.hash === part.observation.fingerprint.hash;
}

/** Null: a stranger's commit is checked out, so nothing is imported. */
async function verifyPresent(
  observed: Observed,
  part: ObservedExtension,
  outputs: readonly Output[],
): Promise<{ ok: boolean; why: string } | null> {
  if ((await judgeTrust(observed.ws)).kind === "held") return null;
  const [{ verifyOutputs }, { gpuTargets }] = await Promise.all([
    import("./verify/verify.ts"),
    import("./build/gpu-targets.ts"),
  ]);
  const paths = outputs.map(({ path }) => path);
  const report = await verifyOutputs({
    ...verifyRequest(observed, part, paths),
    timeoutMs: 120_000,
    probe: true,
    gpuTargets: gpuTargets(observed, part),
  });
  const [first] = report.problems;
  return { ok: report.ok, why: first === undefined ? "" : `${first.subject}: ${first.text}` };
}

function describe(baseline: Baseline, builtMs: number): string {
  const commit = baseline.commit === null ? "" : `, ${baseline.commit.slice(0, 9)}`;
  switch (baseline.origin) {
    case "assumed":
      return `your build of ${dayAndTime(builtMs)} is taken as fresh, on your word`;
    case "unproven":
      return baseline.note;
    case "adopted":
    case "built":
    case "restored":
      return `your build is of ${dayAndTime(builtMs)}${commit}`;
  }
}

function dayAndTime(ms: number): string {
  const day = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
  return `${date} ${two(day.getHours())}:${two(day.getMinutes())}`;
}
