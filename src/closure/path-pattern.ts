/** Paths of which parts are computed, and the globs over repository paths that stand for them. */
import type { RepoPath } from "../model.ts";

/** Stands in a pattern for text that is computed: any characters, slashes among them. */
export const UNKNOWN = "\u{F0000}";

/** The same for what listing a folder brings: which suffixes it looks for is read where the listing stands. */
export const LISTED = "\u{F0002}";

/** As first segment: the folder of the file that is read, wherever the build runs. */
export const OWN_FOLDER = "\u{F0001}";

/**
 * Globs for a pattern. One that starts with computed text can lie anywhere; others are below each of `bases`.
 * `**` stands for a computed segment, `*` for a computed part of one (which may also hold slashes, hence two globs).
 */
export function patternGlobs(pattern: string, own: RepoPath, bases: readonly RepoPath[]): string[] {
  const segments = pattern.replaceAll(LISTED, UNKNOWN).split("/");
  const [first = ""] = segments;
  if (first === "" || first.startsWith("~") || /^[A-Za-z]:$/.test(first)) return []; // outside the tree
  if (first === OWN_FOLDER) return globsBelow(own, segments.slice(1));
  return first === UNKNOWN ? globsBelow("", segments) : bases.flatMap((base) => globsBelow(base, segments));
}

/** The folder of a repository path; empty at the top. */
export function folderOf(path: RepoPath): RepoPath {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}

/** A folder and all above it up to the top, nearest first. */
export function withParents(folder: RepoPath): RepoPath[] {
  return folder === "" ? [""] : [folder, ...withParents(folderOf(folder))];
}

/** Joins as `os.path.join` does: a later absolute path starts anew. */
export function joinPatterns(parts: readonly string[]): string {
  let joined = "";
  for (const part of parts) {
    if (part === "") continue;
    const startsAnew = joined === "" || part.startsWith("/") || part.startsWith(OWN_FOLDER);
    joined = startsAnew ? part : `${joined.replace(/\/+$/, "")}/${part}`;
  }
  return joined;
}

/** The folder part of a pattern. */
export function patternFolder(pattern: string): string {
  const trimmed = pattern.replace(/\/+$/, "");
  if (trimmed === UNKNOWN || trimmed === "." || trimmed === ".." || trimmed === OWN_FOLDER)
    return `${trimmed}/..`;
  if (!trimmed.includes("/")) return trimmed.startsWith(UNKNOWN) ? UNKNOWN : ".";
  return trimmed.slice(0, trimmed.lastIndexOf("/")) || "/";
}

/** True when the name at its end is known to be that of a source, header, template or Cython file. */
export function namesSource(pattern: string): boolean {
  return SOURCE.test(pattern.slice(pattern.lastIndexOf("/") + 1));
}

const SUFFIXES =
  "c|cc|cpp|cxx|c\\+\\+|cu|cuh|hip|m|mm|h|hh|hpp|hxx|h\\+\\+|inl|inc|ipp|tcc|tpp|s|S|asm|pyx|pxd|pxi|f|f90|i|proto|fbs";
const SOURCE = new RegExp(
  `^.+\\.(?:${SUFFIXES})$|^.+\\.(?:in|j2|jinja|jinja2|tmpl|template|tpl|mako)$|^.+\\.(?:${SUFFIXES})\\.src$`,
);

function globsBelow(base: RepoPath, segments: readonly string[]): string[] {
  const path: string[] = base === "" ? [] : base.split("/");
  for (const segment of segments) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") path.push(segment);
    else if (path.at(-1)?.includes(UNKNOWN) === true) path[path.length - 1] = UNKNOWN;
    else if (path.pop() === undefined) return []; // outside the repository
  }
  let globs: string[] = [""];
  for (const segment of path) {
    const forms = segmentGlobs(segment);
    globs = globs.flatMap((glob) => forms.map((form) => (glob === "" ? form : `${glob}/${form}`)));
    if (globs.length > 16) return [`**/${globs[0]?.split("/").at(-1) ?? "*"}`];
  }
  const collapsed = globs.map((glob) => glob.replace(/\*\*(?:\/\*\*)+/g, "**"));
  // Only what looks like a path is one; a `!` would exclude.
  return collapsed.filter((glob) => glob !== "" && !glob.startsWith("!") && !/[\n\0]/.test(glob));
}

function segmentGlobs(segment: string): string[] {
  if (!segment.includes(UNKNOWN)) return [segment];
  if (/^(?:\u{F0000}|\*)+$/u.test(segment)) return ["**"];
  const plain = segment.replace(/(?:\u{F0000}|\*)+/gu, "*");
  const deep = segment.replace(/(?:\u{F0000})+/gu, UNKNOWN).replaceAll(UNKNOWN, "*/**/*");
  if (segment.startsWith(UNKNOWN) && segment.lastIndexOf(UNKNOWN) === 0) return [`**/${plain}`];
  return [plain, deep.replace(/^\*\//, "")];
}
