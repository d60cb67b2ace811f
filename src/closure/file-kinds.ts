/** What a file is to a build, by its name alone. */
import { words } from "../config/defaults.ts";
import type { RepoPath } from "../model.ts";

/** `cmake` and `meson` are build files; `c`, `cython` and `script` name further files; null: nothing to read. */
export type FileKind = "cmake" | "meson" | "c" | "cython" | "script";

/** Which reader understands a file that the closure reached. A `.py` that is no build file is a generator. */
export function kindOf(path: RepoPath): FileKind | null {
  const name = baseName(path);
  if (name === "CMakeLists.txt" || /\.cmake(?:\.in)?$/.test(name)) return "cmake";
  if (name === "meson.build") return "meson";
  const extension = lastExtension(stripTemplate(name));
  if (CYTHON.has(extension)) return "cython";
  if (C_LIKE.has(extension)) return "c";
  return SCRIPT.has(lastExtension(name)) ? "script" : null;
}

/** Does an argument of a build file with this name stand for something that compilers or generators read? */
export function looksLikeSource(name: string): boolean {
  const extension = lastExtension(name);
  return (
    CYTHON.has(extension) || C_LIKE.has(extension) || TEMPLATE.has(extension) || OTHER_SOURCE.has(extension)
  );
}

/** A file whose output, and not itself, is compiled: what it includes is looked up from another folder. */
export function isTemplate(path: RepoPath): boolean {
  const extension = lastExtension(path);
  return TEMPLATE.has(extension) || SCRIPT.has(extension);
}

/** `a.cpp.in` is read as `a.cpp`. */
export function stripTemplate(name: string): string {
  const extension = lastExtension(name);
  return TEMPLATE.has(extension) ? name.slice(0, -extension.length - 1) : name;
}

/** Below a folder that by its name holds tests, benchmarks, examples or documents. `root`: the project's own folder. */
export function isAside(path: RepoPath, root: RepoPath): boolean {
  const inside = root !== "" && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
  return inside
    .split("/")
    .slice(0, -1)
    .some((folder) => ASIDE.has(folder.toLowerCase()));
}

/** The folder of a path; empty for the top. */
export function folderOf(path: RepoPath): RepoPath {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

/** The last part of a path. */
export function baseName(path: RepoPath): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Suffixes of generators, for words in build files that name one. */
export const SCRIPT: ReadonlySet<string> = new Set(words("py sh bash pl rb awk m4"));

const CYTHON = new Set(words("pyx pxd pxi"));

const C_LIKE = new Set(
  words(`
    c cc cpp cxx c++ cu cuh hip m mm h hh hpp hxx h++ inl inc ipp tcc tpp txx impl def x s asm i ii
    cl metal ptx f f90 f77 for ftn y yy l ll
  `),
);

const TEMPLATE = new Set(words("in j2 jinja jinja2 tmpl template tp mako src em"));

/** Sources of compilers that name no other file in a way that is read here. */
const OTHER_SOURCE = new Set(words("proto fbs thrift capnp td pyf rs map ld lds version rc idl swg"));

const ASIDE = new Set(
  words(`
    test tests testing unittest unittests benchmark benchmarks bench example examples sample samples demo demos
    doc docs fuzz fuzzing fuzzer fuzzers
  `),
);

/** Lower case, since `.S`, `.H` and `.C` are sources too. */
function lastExtension(name: string): string {
  const base = baseName(name);
  const dot = base.lastIndexOf(".");
  return dot === -1 ? "" : base.slice(dot + 1).toLowerCase();
}
