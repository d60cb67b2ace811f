/** What Python's record of its own build says to those who build extensions. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Interpreter } from "../model.ts";

/** Variables that reach the command lines or names of an extension, by distutils, CMake's FindPython or meson. */
const COUNTED: ReadonlySet<string> = new Set(
  `ABIFLAGS BASECFLAGS BLDSHARED CC CCSHARED CFLAGS CONFIGURE_LDFLAGS CPP CPPFLAGS CXX EXT_SUFFIX LDCXXSHARED
  LDFLAGS LDLIBRARY LDSHARED LDVERSION LIBPYTHON MULTIARCH OPT PY_CFLAGS PY_CPPFLAGS PY_LDFLAGS
  Py_DEBUG Py_ENABLE_SHARED Py_GIL_DISABLED SHLIB_SUFFIX SOABI VERSION`.split(/\s+/),
);

/** True for `_sysconfigdata__linux_x86_64-linux-gnu.py`. */
export function isSysconfigData(path: string): boolean {
  return /^_sysconfigdata.*\.py$/.test(basename(path));
}

/**
 * Content id of a `_sysconfigdata` file: the variables that count, with Python's own folder left out, so that a
 * rebuild of the same Python, or its copy in another place, is the same. Throws when it cannot be read.
 */
export function sysconfigId(path: string): string {
  const text = readFileSync(path, "utf8");
  const variables = sysconfigVariables(text);
  const prefix = variables.get("prefix");
  const counted = [...variables].filter(([name]) => COUNTED.has(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  const meaning = JSON.stringify(counted.length === 0 ? text : counted);
  const portable = prefix === undefined || prefix.length < 2 ? meaning : meaning.replaceAll(prefix, "PREFIX");
  return createHash("sha256").update(portable).digest("hex");
}

/** Compilers that distutils starts where CC and CXX are not set, as this Python was built with them. */
export function pythonCompilers(interpreter: Interpreter | null): {
  readonly cc: string | null;
  readonly cxx: string | null;
} {
  const file = interpreter?.identityFiles.find(isSysconfigData);
  try {
    const variables = sysconfigVariables(file === undefined ? "" : readFileSync(file, "utf8"));
    return { cc: variables.get("CC") ?? null, cxx: variables.get("CXX") ?? null };
  } catch {
    return { cc: null, cxx: null };
  }
}

/** Texts and numbers of the dictionary as `pprint` writes it: a long text stands in several literals. */
function sysconfigVariables(text: string): ReadonlyMap<string, string> {
  const literal = String.raw`'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"`;
  const entry = new RegExp(
    String.raw`^[ {]?.*?'(\w+)': ((?:${literal})(?:\s*\n\s+(?:${literal}))*|-?\d+)[,}]`,
    "gm",
  );
  const variables = new Map<string, string>();
  for (const [, name = "", value = ""] of text.matchAll(entry)) {
    const parts = value.match(new RegExp(literal, "g"));
    variables.set(name, parts === null ? value : parts.map((part) => part.slice(1, -1)).join(""));
  }
  return variables;
}
