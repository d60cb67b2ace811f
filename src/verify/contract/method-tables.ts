import type { CPiece } from "./c-conditions.ts";
import { closing, joinedString } from "./c-tokens.ts";
import type { Registration } from "./registrations.ts";

/** `PyMethodDef` tables that a `PyModuleDef` of the file names, and objects added by hand, where one module is made. */
export function methodTables(pieces: readonly CPiece[]): Registration[] {
  const inits = new Set(
    pieces.filter(({ text }) => /^PyInit_\w/.test(text)).map(({ text }) => text.slice(7)),
  );
  const [space] = inits;
  if (space === undefined || inits.size !== 1) return [];
  const named = new Set(
    bracesAfter(pieces, "PyModuleDef").flatMap(({ from, to }) => words(pieces, from, to)),
  );
  const tables = bracesAfter(pieces, "PyMethodDef").filter(({ variable }) => named.has(variable));
  const entries = tables.flatMap(({ from, to }) =>
    range(from, to).filter((index) => pieces[index - 1]?.text === "{" && pieces[index]?.kind === "string"),
  );
  const added = range(0, pieces.length).filter(
    (index) =>
      /^PyModule_Add(?:Object|ObjectRef|IntConstant|StringConstant)$/.test(pieces[index - 4]?.text ?? "") &&
      pieces[index - 1]?.text === ",",
  );
  return [...entries, ...added].flatMap((index) => {
    const piece = pieces[index];
    const name = joinedString(pieces, index)?.text;
    return piece === undefined || name === undefined
      ? []
      : [{ line: piece.line, conditions: piece.conditions, kind: "name", space, name, schema: null }];
  });
}

/** Initialisers `TYPE variable[] = {...}`. */
function bracesAfter(
  pieces: readonly CPiece[],
  type: string,
): { variable: string; from: number; to: number }[] {
  return range(0, pieces.length).flatMap((index) => {
    const variable = pieces[index + 1];
    if (pieces[index]?.text !== type || variable?.kind !== "word") return [];
    let open = index + 2;
    while (/^[[\]=]$/.test(pieces[open]?.text ?? "")) open += 1;
    if (pieces[open]?.text !== "{") return [];
    return [{ variable: variable.text, from: open + 1, to: closing(pieces, open) }];
  });
}

function words(pieces: readonly CPiece[], from: number, to: number): string[] {
  return pieces
    .slice(from, to)
    .filter(({ kind }) => kind === "word")
    .map(({ text }) => text);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}
