import { unlessUnreadable } from "../../closure/not-readable.ts";
import { readPython } from "../../closure/python-module.ts";
import type { Statement } from "../../closure/python-syntax.ts";
import { allExpressions } from "../../closure/python-walk.ts";
import { isStandardModule } from "../../closure/python-stdlib.ts";
import { pruneSetup } from "./python-prune.ts";

/**
 * The part of a setup.py that can change a build, as canonical text: comments, docstrings, formatting, the order of
 * imports from Python's own library, packaging-only arguments of `setup()` and all that only these use are not in
 * it. The same on every machine. Null: the file cannot be read, so all of it counts.
 */
export function setupPyPart(text: string): string | null {
  return unlessUnreadable(() => {
    const module = readPython(text);
    return module && canonicalPart(module);
  });
}

function canonicalPart(module: readonly Statement[]): string {
  const kept = pruneSetup(module) ?? module;
  const keepsDocs = allExpressions(kept).some(
    (one) => (one.kind === "name" || one.kind === "attribute") && one.name === "__doc__",
  );
  return JSON.stringify(sortImports(keepsDocs ? kept : withoutIdle(kept)));
}

/** Docstrings and `pass` do nothing. */
function withoutIdle(statements: readonly Statement[]): Statement[] {
  return statements
    .filter((one) => !isIdle(one))
    .map((one) => {
      if (one.kind === "def" || one.kind === "class") return { ...one, body: withoutIdle(one.body) };
      if (one.kind !== "compound") return one;
      return {
        ...one,
        branches: one.branches.map((branch) => ({ ...branch, body: withoutIdle(branch.body) })),
      };
    });
}

function isIdle(statement: Statement): boolean {
  if (statement.kind === "keyword") return statement.keyword === "pass";
  return statement.kind === "expression" && /^(?:string|literal)$/.test(statement.value.kind);
}

/** Imports from Python's own library that stand together can be in any order. */
function sortImports(statements: readonly Statement[]): Statement[] {
  const sorted: Statement[] = [];
  let run: Statement[] = [];
  const flush = (): void => {
    const texts = new Map(run.map((one) => [JSON.stringify(one), one]));
    sorted.push(...[...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one));
    run = [];
  };
  for (const one of statements) {
    if (one.kind === "import" && isStandardModule(one.module)) run.push(one);
    else {
      flush();
      sorted.push(one);
    }
  }
  flush();
  return sorted;
}
