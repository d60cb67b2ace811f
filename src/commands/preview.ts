import { createInterface } from "node:readline";
import { openRevisions, type Revisions } from "../git/revisions.ts";
import type { Decision } from "../model.ts";
import { observe, type Observed } from "../observe.ts";
import { changesThatCount, previewPair } from "../preview-pair.ts";
import { previewCommit } from "../preview.ts";
import { EXIT, failure, ok, refuse, type Failure, type Result } from "../report/failure.ts";
import { decisionJson } from "../report/json.ts";
import { decisionText } from "../report/terminal.ts";
import { parse, type Parsed } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, lookExit, openWorkspace } from "./start.ts";

/** `preview [REV]`: what would a pull or switch to REV need? */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json") || argv.includes("--stdin");
  const args = parse("preview", argv);
  if (!args.ok) return fail(io, args.failure, json);
  const ws = await openWorkspace(io);
  if (!ws.ok) return fail(io, ws.failure, json);
  const observed = await observe(ws.value, { asker: "person", only: null, ignoreOperation: true });
  if (!observed.ok) return fail(io, observed.failure, json);
  const revisions = openRevisions(ws.value.top, changesThatCount(observed.value));
  try {
    return await answer(observed.value, revisions, args.value, json, io);
  } finally {
    revisions.close();
  }
}

async function answer(
  observed: Observed,
  revisions: Revisions,
  args: Parsed,
  json: boolean,
  io: Io,
): Promise<number> {
  const [from] = args.values.get("from") ?? [];
  if (args.flags.has("stdin")) {
    if (from === undefined && args.positionals.length === 0) return previewLines(observed, revisions, io);
    return fail(
      io,
      failure(
        "E104",
        "--stdin takes its pairs from stdin alone. Nothing was changed.",
        "rebuild-if-needed preview --stdin < pairs",
      ),
      json,
    );
  }
  const decision = await previewOne(observed, revisions, from ?? null, args.positionals[0] ?? "@{upstream}");
  if (!decision.ok) return fail(io, decision.failure, json);
  if (json) io.result(JSON.stringify(decisionJson(decision.value)));
  else for (const line of decisionText(decision.value)) io.result(line);
  return lookExit(decision.value.decision);
}

async function previewOne(
  observed: Observed,
  revisions: Revisions,
  from: string | null,
  revision: string,
): Promise<Result<Decision>> {
  const to = await revisions.resolve(revision);
  if (to === null) return unknownRevision(revision);
  if (from === null) {
    const decision = await previewCommit(observed, revisions, to);
    return decision.ok ? orUnreadable(decision.value, revision) : decision;
  }
  const start = await revisions.resolve(from);
  if (start === null) return unknownRevision(from);
  return orUnreadable(await previewPair(observed, revisions, start, to), `${from} ${revision}`);
}

/** One JSON line out for each line in, in order; a bad line is answered as such and the others go on. */
async function previewLines(observed: Observed, revisions: Revisions, io: Io): Promise<number> {
  let exit: number = EXIT.good;
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === "") continue;
    const [old = "", now = "", ...more] = line.trim().split(/\s+/);
    const decision: Result<Decision> =
      now === "" || more.length > 0
        ? refuse(
            "E104",
            `this line is not "OLD NEW": ${line.slice(0, 100)}`,
            "give two commits, separated by a space",
          )
        : await previewOne(observed, revisions, old, now);
    if (decision.ok) io.result(JSON.stringify({ ...decisionJson(decision.value), old, new: now }));
    else {
      exit = EXIT.usage;
      const { code, message, next } = decision.failure;
      io.result(JSON.stringify({ version: 1, old, new: now, error: { code, message, next } }));
    }
  }
  return exit;
}

function unknownRevision<T>(revision: string): Result<T> {
  return { ok: false, failure: revisionFailure(revision) };
}

function revisionFailure(revision: string): Failure {
  const hint =
    revision === "@{upstream}" ? "git branch --set-upstream-to=origin/main" : "git log --oneline --all";
  return failure("E121", `there is no commit "${revision}" here. Nothing was changed.`, hint);
}

function orUnreadable(decision: Decision | null, what: string): Result<Decision> {
  if (decision !== null) return ok(decision);
  return refuse("E121", `the trees of ${what} are not complete here (nothing is ever fetched).`, "git fetch");
}
