import { relative, resolve } from "node:path";
import { compileGlobs } from "../config/globs.ts";
import { PYPROJECT } from "../fingerprint/pyproject.ts";
import { explainPath, type Explanation } from "../explain-path.ts";
import { inputsNow, unreadFiles } from "../fingerprint/inputs-now.ts";
import type { RepoPath } from "../model.ts";
import { observe, type Observed, type ObservedExtension } from "../observe.ts";
import { EXIT, failure } from "../report/failure.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";

/** `why PATH`: would a change of this file rebuild, and by which rule? */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json");
  const args = parse("why", argv);
  if (!args.ok) return fail(io, args.failure, json);
  const [name] = args.value.positionals;
  if (name === undefined)
    return fail(
      io,
      failure("E104", "why needs a path. Nothing was changed.", "rebuild-if-needed why csrc/a.cu"),
      json,
    );
  const ws = await openWorkspace(io);
  if (!ws.ok) return fail(io, ws.failure, json);
  const observed = await observe(ws.value, { asker: "person", only: null, ignoreOperation: true });
  if (!observed.ok) return fail(io, observed.failure, json);
  const path = relative(ws.value.top, resolve(io.cwd, name));
  const answers: Explanation[] = [];
  for (const part of observed.value.extensions) answers.push(await explain(observed.value, part, path));
  if (json) io.result(JSON.stringify({ version: 1, path, answers }));
  else for (const one of answers) io.result(`${one.extension}: ${one.text}`);
  return EXIT.good;
}

async function explain(observed: Observed, part: ObservedExtension, path: RepoPath): Promise<Explanation> {
  const { extension, known, observation } = part;
  const { ws, tree } = observed;
  const baseline = known.kind === "known" ? known.baseline : null;
  const now = await inputsNow(ws, tree, extension, null);
  const isTables = path === PYPROJECT && !compileGlobs(extension.inputs)(path);
  // A file that is not there yet: the rules say what its coming would mean.
  const isNew = !tree.entries.some((entry) => entry.path === path) && compileGlobs(extension.inputs)(path);
  const isUnread = baseline !== null && unreadFiles(baseline, now).has(path);
  return explainPath(path, {
    extension,
    baseline,
    isInput: !isUnread && (now.inputs.has(path) || observation.alsoRead?.has(path) === true || isNew),
    closure: now.closure,
    matches: (glob) => compileGlobs([glob])(path),
    tables: isTables ? extension.pyprojectTables : [],
  });
}
