import { existsSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { encodePath } from "../git/path-bytes.ts";
import type { Interpreter } from "../model.ts";

/** Tag of a Python implementation in a file name: `cpython-311-x86_64-linux-gnu`, `pypy39-pp73-...`, `abi3`. */
const TAGGED = /^(?<name>[^.]+)\.(?<tag>(?:cpython|pypy|graalpy)[\w-]*|abi3t?)\.so$/;

export interface TaggedName {
  readonly name: string;
  readonly tag: string;
}

/** What the file name says, when it says that the file is a Python module; else null. */
export function taggedName(path: string): TaggedName | null {
  const groups = TAGGED.exec(basename(path))?.groups;
  const { name, tag } = groups ?? {};
  return name === undefined || tag === undefined ? null : { name, tag };
}

/** Why this interpreter's importer passes over the file, or null when it takes it. */
export function abiMismatch(path: string, interpreter: Interpreter): string | null {
  const tag = taggedName(path)?.tag;
  if (tag === undefined || basename(path).endsWith(interpreter.extSuffix)) return null;
  if (tag === "abi3" || tag === "abi3t") {
    const freeThreaded = /^cpython-\d+t/.test(interpreter.soabi);
    if (tag === "abi3t" || !freeThreaded) return null;
    return `The free-threaded Python ${interpreter.version} does not import abi3 modules.`;
  }
  return `It was built for ${pythonOf(tag)}; this interpreter is Python ${interpreter.version} and imports only *${interpreter.extSuffix} and abi3 modules.`;
}

/** A place that modules are imported from, and a module's dotted name there. */
export interface ModulePlace {
  readonly root: string;
  readonly module: string;
}

/**
 * Dotted name of a module file. Its packages are the folders above that have an `__init__.py`; in site-packages
 * every folder counts; and a `wanted` name that fits the end of the path decides for namespace packages.
 */
export function modulePlace(
  path: string,
  wanted: readonly string[],
  sitePackages: readonly string[],
): ModulePlace {
  const stem = basename(path).split(".")[0] ?? "";
  const dotted = (root: string): string => {
    const folders = relative(root, dirname(path)).split(sep).filter(Boolean);
    return [...folders, ...(stem === "__init__" ? [] : [stem])].join(".");
  };
  const site = sitePackages.find((folder) => path.startsWith(folder + sep));
  if (site !== undefined) return { root: site, module: dotted(site) };
  let root = dirname(path);
  while (existsSync(encodePath(join(root, "__init__.py"))) && dirname(root) !== root) root = dirname(root);
  const named = wanted.find((name) => endsWithModule(path, name));
  if (named !== undefined && named.split(".").length > dotted(root).split(".").length) {
    for (let up = named.split(".").length; up > dotted(root).split(".").length;) root = dirname(root);
  }
  return { root, module: dotted(root) };
}

function endsWithModule(path: string, module: string): boolean {
  const parts = module.split(".");
  const folders = dirname(path).split(sep);
  const stem = basename(path).split(".")[0];
  return parts.at(-1) === stem && folders.slice(1 - parts.length).join(".") === parts.slice(0, -1).join(".");
}

function pythonOf(tag: string): string {
  const version = /^cpython-(\d)(\d+)(t?)/.exec(tag);
  if (version === null) return tag;
  return `Python ${version[1]}.${version[2]}${version[3] === "t" ? " (free-threaded)" : ""}`;
}
