import { OWN_NAME, type Registration } from "./registrations.ts";

/** A line that makes a name of the module, with what stands before its colon or bracket. */
const DEFINES =
  /^(?:(?:async +)?def +(\w+)|cpdef +enum(?: +class)? +(\w+)|cpdef +(?:[\w.[\], *&=]{1,200}? \**)?(\w+)\s*\(|(?:cdef +(?:public +|api +)?)?class +(\w+)|([A-Za-z_]\w*) *=(?!=))/;

const TOKEN = /"""|'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|#.*|[([{]|[)\]}]/g;
const END_OF_DOUBLE = /\\.|"""/g;
const END_OF_SINGLE = /\\.|'''/g;

/**
 * What a Cython file (`.pyx`) gives to Python: the module itself, and what its lines without indentation define. Names
 * under a condition, and those that are only imported, are left out.
 */
export function readCythonNames(text: string): Registration[] {
  const module: Registration = {
    kind: "module",
    space: OWN_NAME,
    name: "",
    schema: null,
    line: 1,
    conditions: [],
  };
  const lines = codeLines(text).filter(({ code }) => /^[^\s#]/.test(code));
  const names = lines.flatMap(({ line, code }, at): Registration[] => {
    const name = DEFINES.exec(code)
      ?.slice(1)
      .find((group) => group !== undefined);
    return name === undefined || isInternal(lines, at) ? [] : [{ ...module, kind: "name", name, line }];
  });
  return [module, ...names];
}

/** Does one of the decorators above keep a class from Python? */
function isInternal(lines: readonly { readonly code: string }[], at: number): boolean {
  for (let above = at - 1; lines[above]?.code.startsWith("@") === true; above -= 1)
    if (/^@(?:cython\.)?internal\b/.test(lines[above]?.code ?? "")) return true;
  return false;
}

/** Lines that are no part of a string of several lines, nor of what brackets hold together. */
function codeLines(text: string): { line: number; code: string }[] {
  const found: { line: number; code: string }[] = [];
  let quote = "";
  let depth = 0;
  for (const [index, code] of text.split("\n").entries()) {
    if (quote === "" && depth === 0) found.push({ line: index + 1, code });
    for (let at = 0; at < code.length;) {
      const pattern = quote === "" ? TOKEN : quote === '"""' ? END_OF_DOUBLE : END_OF_SINGLE;
      pattern.lastIndex = at;
      const [token] = pattern.exec(code) ?? [];
      if (token === undefined) break;
      at = pattern.lastIndex;
      if (quote !== "") quote = token === quote ? "" : quote;
      else if (token === '"""' || token === "'''") quote = token;
      else if ("([{".includes(token)) depth += 1;
      else if (")]}".includes(token)) depth = Math.max(0, depth - 1);
    }
  }
  return found;
}
