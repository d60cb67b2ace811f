import { type Stats, statSync } from "node:fs";
import { basename } from "node:path";
import { encodePath } from "../git/path-bytes.ts";
import { type Findings, type Problem, subjectOf } from "./findings.ts";

const LIBRARY = /\.(so|dylib|pyd)(\.\d+)*$/;

export function isLibrary(path: string): boolean {
  return LIBRARY.test(path);
}

/** Outputs by what can be checked of them. Files of other kinds only have to be there. */
export interface OutputFiles extends Findings {
  readonly libraries: readonly string[];
  readonly sources: readonly string[];
}

export function sortOutputs(top: string, outputs: readonly string[]): OutputFiles {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const libraries: string[] = [];
  const sources: string[] = [];
  for (const path of new Set(outputs)) {
    const subject = subjectOf(top, path);
    const stat = statOf(path);
    if (stat === null) problems.push({ subject, text: "is not there" });
    else if (!stat.isFile()) problems.push({ subject, text: "is not a regular file" });
    else if (isLibrary(path)) libraries.push(path);
    else if (path.endsWith(".py")) {
      sources.push(path);
      if (stat.size === 0 && basename(path) !== "__init__.py") warnings.push({ subject, text: "is empty" });
    }
  }
  return { problems, warnings, libraries, sources };
}

function statOf(path: string): Stats | null {
  return statSync(encodePath(path), { throwIfNoEntry: false }) ?? null;
}
