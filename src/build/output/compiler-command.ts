/** Command lines of compilers, as make, setuptools and `ninja -v` print them. Pure. */

export interface CompilerCommand {
  readonly kind: "compile" | "link";
  /** What is compiled, or made by the linker. */
  readonly file: string;
  /** What is made of it; absent where the command does not say. */
  readonly object?: string;
}

const COMPILER =
  /^(?:[\w.+]+-)*(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+|nvcc|hipcc|icx|icpx|gfortran)(?:-\d+(?:\.\d+)*)?$/;
const BEFORE_IT = /^(?:ccache|sccache|env|time|nice|\w+=\S*|:|&&|cd|-\S*|\/\S*)$/;
const SOURCE = /\.(?:c|cc|cpp|cxx|c\+\+|cu|hip|m|mm|s|S|f|f90|F|F90|pyx)$/;
const LIBRARY = /\.(?:so|dylib)(?:\.[\d.]+)?$/;

/** How many words may come before the compiler: `cd /x && VAR=1 ccache c++`. */
const FIRST_WORDS = 8;

/** What a command line compiles or links; null for every other line. */
export function readCompilerCommand(line: string): CompilerCommand | null {
  if (!/\s-[co]/.test(line)) return null; // nearly all other lines, without splitting them
  const words = line.split(/\s+/).map((word) => word.replace(/^["']|["']$/g, ""));
  const at = compilerAt(words);
  if (at === null) return null;
  const args = words.slice(at + 1);
  const made = args[args.indexOf("-o") + 1];
  const object = args.includes("-o") && made !== undefined && made !== "" ? made : undefined;
  if (args.includes("-c")) {
    const file = sourceOf(args);
    return file === null ? null : { kind: "compile", file, ...(object === undefined ? {} : { object }) };
  }
  const isLink = object !== undefined && (LIBRARY.test(object) || args.includes("-shared"));
  return isLink ? { kind: "link", file: object, object } : null;
}

function compilerAt(words: readonly string[]): number | null {
  for (const [at, word] of words.slice(0, FIRST_WORDS).entries()) {
    if (COMPILER.test(word.slice(word.lastIndexOf("/") + 1))) return at;
    if (!BEFORE_IT.test(word)) return null;
  }
  return null;
}

/** The word behind `-c`, or the last one that is a source: flags that take a value may name others. */
function sourceOf(args: readonly string[]): string | null {
  const behind = args[args.lastIndexOf("-c") + 1] ?? "";
  if (SOURCE.test(behind)) return behind;
  return args.findLast((word, at) => SOURCE.test(word) && args[at - 1] !== "-o") ?? null;
}
