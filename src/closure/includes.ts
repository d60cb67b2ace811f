import type { RepoPath } from "../model.ts";
import { readCIncludes } from "./c-includes.ts";
import { readCythonIncludes } from "./cython-includes.ts";
import type { SourceFacts } from "./facts.ts";
import { kindOf, stripTemplate } from "./file-kinds.ts";
import { readScriptMentions } from "./script-mentions.ts";

/**
 * The files that a source, header, template or generator names, as written there. Templates are read in the
 * language of what they become; a `.py` both as a generator and as Cython's pure Python mode.
 */
export function readIncludes(path: RepoPath, text: string): SourceFacts {
  switch (kindOf(path)) {
    case "cython":
      return readCythonIncludes(path, text);
    case "script": {
      const script = readScriptMentions(text);
      if (!path.endsWith(".py")) return script;
      const cython = readCythonIncludes(path, text);
      return { includes: [...script.includes, ...cython.includes], searched: cython.searched };
    }
    case "c": {
      const c = readCIncludes(text);
      const more = /\.(?:f|f90|f77|for|ftn)$/i.test(stripTemplate(path)) ? fortranIncludes(text) : [];
      return more.length === 0 ? c : { includes: [...c.includes, ...more], searched: c.searched };
    }
    default:
      return { includes: [], searched: [] };
  }
}

function fortranIncludes(text: string): string[] {
  return [...text.matchAll(/^\s*include\s+["']([^"'\n]+)["']/gim)].map((match) => match[1] ?? "");
}
