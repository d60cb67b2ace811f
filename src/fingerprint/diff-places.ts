import { globBase } from "../config/glob-base.ts";
import { globBody } from "../config/globs.ts";
import type { Baseline, Extension } from "../model.ts";
import { PYPROJECT } from "./pyproject.ts";

/** More of them and git is slower than with none. */
const MOST_PLACES = 500;

/**
 * Git pathspecs that hold all changes which can matter to the extensions, so that the price of a pair of commits does
 * not grow with what changed elsewhere. None: every change may matter.
 */
export function diffPlaces(parts: readonly { extension: Extension; baseline: Baseline | null }[]): string[] {
  const places = new Set<string>([literal(PYPROJECT)]);
  for (const { extension, baseline } of parts) {
    if (extension.guessed) return [];
    for (const glob of positive(extension.inputs)) {
      const place = isLiteral(glob) ? glob : globBase(glob);
      if (place === "") return []; // it reaches into any folder, and into submodules anywhere
      places.add(literal(place));
    }
    for (const glob of positive(extension.outputs)) {
      if (/[\\()!+@]/.test(glob)) return [];
      places.add(widened(glob));
    }
    const paths = [...(baseline?.outputs ?? []).map(({ path }) => path), ...(baseline?.trackedOutputs ?? [])];
    for (const path of [...paths, ...Object.keys(baseline?.alsoRead ?? {})]) {
      if (!path.startsWith("/")) places.add(literal(path));
    }
  }
  return places.size > MOST_PLACES ? [] : [...places];
}

function positive(globs: readonly string[]): string[] {
  return globs.filter((glob) => !glob.startsWith("!")).map(globBody);
}

function isLiteral(glob: string): boolean {
  return !/[*?[\]{}()!+@]/.test(glob);
}

function literal(path: string): string {
  return `:(top,literal)${path}`;
}

/** A pattern of git's that takes at least as much: its `*` crosses slashes. */
function widened(glob: string): string {
  const wide = glob.replace(/\{.*\}/g, "*").replace(/\[.*?\]/g, "*");
  return `:(top)${wide.replaceAll("**/", "*").replace(/\*+/g, "*")}`;
}
