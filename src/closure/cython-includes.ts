import type { RepoPath } from "../model.ts";
import { baseName } from "./file-kinds.ts";
import type { SourceFacts } from "./facts.ts";

/**
 * What Cython reads for a `.pyx`, `.pxd`, `.pxi` or a `.py` in pure Python mode: cimported and included files, its
 * own `.pxd`, its package's `__init__.pxd`, and the C headers and sources that it names. A leading `./` or `../`
 * is one level of a relative cimport.
 */
export function readCythonIncludes(path: RepoPath, text: string): SourceFacts {
  const includes = new Set<string>();
  const searched = new Set<string>();
  const stem = baseName(path).replace(/\..*$/, "");
  includes.add(`./${stem}.pxd`).add("./__init__.pxd");
  for (const [, names = ""] of text.matchAll(/^[ \t]*cimport[ \t]+(.+)$/gm)) {
    for (const name of namesOf(names)) addModule(includes, name);
  }
  for (const [, from = "", names = ""] of text.matchAll(
    /^[ \t]*from[ \t]+([\w.]+)[ \t]+cimport[ \t]*(\([^)]*\)|.+)$/gm,
  )) {
    addFrom(includes, from, names);
  }
  for (const [, from = "", names = ""] of text.matchAll(
    /^[ \t]*from[ \t]+cython\.cimports\.([\w.]+)[ \t]+import[ \t]*(\([^)]*\)|.+)$/gm,
  )) {
    addFrom(includes, from, names);
  }
  for (const match of text.matchAll(/^[ \t]*include[ \t]+["']([^"'\n]+)["']/gm)) add(includes, match[1]);
  for (const match of text.matchAll(/\bextern[ \t]+from[ \t]+["']<?([^"'>\n]+)>?["']/g)) {
    add(match[0].includes("<") ? searched : includes, match[1]);
  }
  // Verbatim C code of `cdef extern from *`.
  for (const match of text.matchAll(/^[ \t]*#[ \t]*include[ \t]*["<]([^">\n]+)[">]/gm))
    add(includes, match[1]);
  for (const [, list = ""] of text.matchAll(/^#[ \t]*distutils:[ \t]*(?:sources|depends)[ \t]*=(.*)$/gm)) {
    for (const name of list.split(/[\s,]+/)) add(includes, name);
  }
  return { includes: [...includes], searched: [...searched] };
}

function addFrom(includes: Set<string>, from: string, names: string): void {
  addModule(includes, from);
  const separator = from.endsWith(".") ? "" : ".";
  for (const name of namesOf(names)) if (name !== "*") addModule(includes, `${from}${separator}${name}`);
}

function namesOf(list: string): string[] {
  return list
    .replace(/#.*$/gm, "")
    .split(/[(),;\s]+(?:as\s+\w+)?/)
    .filter((name) => /^[\w.*]+$/.test(name) && name !== "as");
}

/** `..a.b` is `../a/b.pxd`; a package is read by its `__init__.pxd`. */
function addModule(includes: Set<string>, module: string): void {
  const dots = /^\.*/.exec(module)?.[0].length ?? 0;
  const up = dots === 0 ? "" : dots === 1 ? "./" : "../".repeat(dots - 1);
  const rest = module.slice(dots).replaceAll(".", "/");
  if (rest !== "") includes.add(`${up}${rest}.pxd`);
  // Packages are told by their __init__, so those on the way count too.
  for (let at = rest; ; at = at.includes("/") ? at.slice(0, at.lastIndexOf("/")) : "") {
    if (at !== "" || dots > 0) includes.add(`${up}${at === "" ? "" : `${at}/`}__init__.pxd`);
    if (at === "") return;
  }
}

function add(names: Set<string>, name: string | undefined): void {
  const clean = name?.trim();
  if (clean !== undefined && clean !== "") names.add(clean);
}
