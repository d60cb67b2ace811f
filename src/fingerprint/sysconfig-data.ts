/** What Python's record of its own build says to those who build extensions. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { crypto } from "../late-modules.ts";
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
  return crypto().createHash("sha256").update(portable).digest("hex");
}

/** Compilers that distutils starts where CC and CXX are not set, as this Python was built with them. */
export function pythonCompilers(interpreter: Interpreter | null): {
  readonly cc: string | null;
  readonly cxx: string | null;
} {
  const file = interpreter?.identityFiles.find(isSysconfigData);
  try {
    const text = file === undefined ? "" : readFileSync(file, "utf8");
    return { cc: valueOf(text, "CC"), cxx: valueOf(text, "CXX") };
  } catch {
    return { cc: null, cxx: null };
  }
}

/** One text of the dictionary; each look asks for two, so the others are not taken apart. */
function valueOf(text: string, name: string): string | null {
  const start = text.indexOf(`\n '${name}': `);
  if (start === -1) return null;
  return sysconfigVariables(text.slice(start + 1, start + 2000)).get(name) ?? null;
}

const LITERAL = String.raw`'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"`;
const ENTRY = new RegExp(
  String.raw`^(?:\w+ = \{| )'(\w+)': ((?:${LITERAL})(?:\s*\n\s+(?:${LITERAL}))*|-?\d+)[,}]`,
  "gm",
);

/** Texts and numbers of the dictionary as `pprint` writes it: a long text stands in several literals. */
function sysconfigVariables(text: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const [, name = "", value = ""] of text.matchAll(ENTRY)) {
    const parts = value.match(new RegExp(LITERAL, "g"));
    variables.set(name, parts === null ? value : parts.map((part) => part.slice(1, -1)).join(""));
  }
  return variables;
}
