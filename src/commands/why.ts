import { relative, resolve } from "node:path";
import { compileGlobs } from "../config/globs.ts";
import { PYPROJECT } from "../fingerprint/pyproject.ts";
import { showPath } from "../git/path-bytes.ts";
import type { Extension, RepoPath } from "../model.ts";
import { observe } from "../observe.ts";
import { EXIT, failure } from "../report/failure.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";

/** `why PATH`: would a change of this file rebuild, and by which rule? */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json");
  const args = parse("why", argv, { json: { type: "boolean" } }, { most: 1, names: "PATH" });
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
  const answers = observed.value.extensions.map(({ extension, known }) => {
    const outputs = known.kind === "known" ? known.baseline.outputs.map((output) => output.path) : [];
    return { extension: extension.name, ...answer(extension, outputs, path) };
  });
  if (json) io.result(JSON.stringify({ version: 1, path, answers }));
  else for (const one of answers) io.result(`${one.extension}: ${one.text}`);
  return EXIT.good;
}

function answer(
  extension: Extension,
  outputs: readonly string[],
  path: RepoPath,
): { rebuilds: boolean; rule: string | null; text: string } {
  const shown = showPath(path);
  if (outputs.includes(path))
    return {
      rebuilds: true,
      rule: null,
      text: `${shown} is an output of the last build; a damaged one is restored`,
    };
  if (path === PYPROJECT && !compileGlobs(extension.inputs)(path) && extension.pyprojectTables.length > 0) {
    return {
      rebuilds: true,
      rule: extension.pyprojectTables.join(", "),
      text: `${shown} rebuilds when one of its tables ${extension.pyprojectTables.join(", ")} changes`,
    };
  }
  const rules = extension.inputs.filter((glob) => compileGlobs([glob.replace(/^!/, "")])(path));
  const last = rules.at(-1);
  if (last === undefined)
    return {
      rebuilds: false,
      rule: null,
      text: `a change of ${shown} rebuilds nothing: no input rule names it`,
    };
  if (last.startsWith("!"))
    return {
      rebuilds: false,
      rule: last,
      text: `a change of ${shown} rebuilds nothing: left out by ${last}`,
    };
  return { rebuilds: true, rule: last, text: `a change of ${shown} rebuilds: input rule ${last}` };
}
