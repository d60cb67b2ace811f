import type { RepoPath } from "../model.ts";
import { readCIncludes } from "./c-includes.ts";
import { readCythonIncludes } from "./cython-includes.ts";
import type { SourceFacts } from "./facts.ts";
import { kindOf, stripTemplate } from "./file-kinds.ts";
import { readScriptMentions } from "./script-mentions.ts";

/**
 * The files that a source, header, template or generator names, as written there. Templates are read in the
 * language of what they become, a `.py` as a generator or as Cython's pure Python mode.
 */
export function readIncludes(path: RepoPath, text: string): SourceFacts {
  switch (kindOf(path)) {
    case "cython":
      return readCythonIncludes(path, text);
    case "script": {
      return isPureCython(path, text) ? readCythonIncludes(path, text) : readScriptMentions(text);
    }
    case "c": {
      const c = readCIncludes(text);
      const more = /\.(?:f|f90|f77|for|ftn)$/i.test(stripTemplate(path)) ? fortranIncludes(text) : [];
      return more.length === 0 ? c : { includes: [...c.includes, ...more], searched: c.searched };
    }
    case "cmake":
    case "meson":
    case null:
      return { includes: [], searched: [] };
  }
}

/** Cython compiles such a file and does not run it: what Python would import is not read. */
function isPureCython(path: RepoPath, text: string): boolean {
  return (
    path.endsWith(".py") && /^[ \t]*(?:import[ \t]+cython\b|from[ \t]+cython\b|cimport[ \t])/m.test(text)
  );
}

function fortranIncludes(text: string): string[] {
  return [...text.matchAll(/^\s*include\s+["']([^"'\n]+)["']/gim)].map((match) => match[1] ?? "");
}
