import picomatch from "picomatch";
import type { RepoPath } from "../model.ts";

/**
 * Compiles globs over repository paths. A leading `!` excludes, later ones win, dot files match, and a path is
 * only ever a literal: brackets and newlines in it mean nothing. Syntax: `**`, `*`, `?`, `[a-z]`, `{a,b}`.
 */
export function compileGlobs(globs: readonly string[]): PathMatcher {
  const key = globs.join("\0");
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const matches = compile(globs);
  compiled.set(key, matches);
  return matches;
}

/** One look asks for the same few lists again and again, and to compile one costs as much as thousands of answers. */
const compiled = new Map<string, PathMatcher>();

export interface PathMatcher {
  (path: RepoPath): boolean;
  /** First segments of all paths that it can take, ASCII; null: any. */
  readonly heads: ReadonlySet<string> | null;
}

function compile(globs: readonly string[]): PathMatcher {
  const groups = groupBySign(globs).map((group) => ({
    includes: group.includes,
    matches: compileGroup(group.globs),
  }));
  groups.reverse();
  const heads = headsOf(globs);
  const isUnder = heads === null ? (): boolean => true : headMatcher(heads);
  const matches = (path: RepoPath): boolean =>
    isUnder(path) && (groups.find((group) => group.matches(path))?.includes ?? false);
  return Object.assign(matches, { heads });
}

/** Paths come in order, so that the next one mostly lies in the folder of the last. */
function headMatcher(heads: ReadonlySet<string>): (path: RepoPath) => boolean {
  let last = "/"; // no path starts with it
  let isHead = false;
  return (path) => {
    if (path.startsWith(last)) return isHead;
    const head = headOf(path);
    last = `${head}/`;
    isHead = heads.has(head);
    return isHead;
  };
}

/** First segments that a path must have to match at all; null where a glob can match under any. */
function headsOf(globs: readonly string[]): ReadonlySet<string> | null {
  const heads = globs.filter((glob) => !glob.startsWith("!")).map((glob) => headOf(globBody(glob)));
  return heads.some((head) => !PLAIN.test(head)) ? null : new Set(heads);
}

const PLAIN = /^[\w.+-]+$/;

function headOf(path: string): string {
  const end = path.indexOf("/");
  return end === -1 ? path : path.slice(0, end);
}

/** A glob without its `!` and its `./`. */
export function globBody(glob: string): string {
  return glob.replace(/^!/, "").replace(/^(?:\.\/)+/, "");
}

interface Group {
  readonly includes: boolean;
  readonly globs: string[];
}

/** Runs of globs with the same sign: within one, order does not matter. */
function groupBySign(globs: readonly string[]): Group[] {
  const groups: Group[] = [];
  for (const glob of globs) {
    const includes = !glob.startsWith("!");
    const last = groups.at(-1);
    if (last?.includes === includes) last.globs.push(globBody(glob));
    else groups.push({ includes, globs: [globBody(glob)] });
  }
  return groups;
}

/** Characters that picomatch takes literally wherever they stand (without extended globs). */
const LITERAL = String.raw`[\w.+@,=~#:%& -]`;
const ANY_WITH_EXTENSION = /^\*\*\/\*\.([\w+-]+(?:\.[\w+-]+)?)$/;
const ANY_NAMED = new RegExp(`^\\*\\*/(${LITERAL}+)$`);
const WHOLE_FOLDER = new RegExp(`^(${LITERAL}+(?:/${LITERAL}+)*)/\\*\\*$`);

/**
 * Most globs are "this extension", "this file name" or "this folder". Sets and prefixes answer those about five
 * times as fast as a regular expression: 50 ms instead of 230 for 85,000 paths.
 */
function compileGroup(globs: readonly string[]): (path: RepoPath) => boolean {
  const exact = new Set(globs);
  const extensions = new Set<string>();
  const names = new Set<string>();
  const folders: string[] = [];
  const rest: string[] = [];
  for (const glob of globs) {
    const extension = ANY_WITH_EXTENSION.exec(glob)?.[1];
    const name = ANY_NAMED.exec(glob)?.[1];
    const folder = WHOLE_FOLDER.exec(glob)?.[1];
    if (extension !== undefined) extensions.add(extension);
    else if (name !== undefined) names.add(name);
    else if (folder !== undefined) folders.push(`${folder}/`);
    else rest.push(glob);
  }
  for (const folder of folders) exact.add(folder.slice(0, -1)); // `a/**` matches the submodule `a` itself
  const pattern = joinPatterns(rest);
  return (path) => {
    if (exact.has(path)) return true;
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (names.has(name) || hasExtension(name, extensions)) return true;
    return folders.some((folder) => path.startsWith(folder)) || (pattern?.test(path) ?? false);
  };
}

/** `h` and `h.in` are both extensions of `config.h.in`. */
function hasExtension(name: string, extensions: ReadonlySet<string>): boolean {
  const last = name.lastIndexOf(".");
  if (last === -1 || extensions.size === 0) return false;
  if (extensions.has(name.slice(last + 1))) return true;
  const second = last === 0 ? -1 : name.lastIndexOf(".", last - 1);
  return second !== -1 && extensions.has(name.slice(second + 1));
}

/** One expression for all globs. Extended globs are off: their nesting makes matching exponential. */
function joinPatterns(globs: readonly string[]): RegExp | null {
  if (globs.length === 0) return null;
  const options = { dot: true, nonegate: true, noextglob: true, windows: false };
  const sources = globs.map((glob) => `(?:${picomatch.makeRe(glob, options).source})`);
  return new RegExp(sources.join("|"), "s"); // s: a path may hold a newline
}
