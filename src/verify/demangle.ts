import { runTool } from "../fingerprint/run-tool.ts";
import { findProgram, searchPath, splitPath } from "../fingerprint/search-path.ts";

/** More than anybody reads; a command line holds many more. */
const MOST = 200;

/**
 * C++ names as people write them, by their names in the symbol table; without the program `c++filt` none.
 * @param tree folder whose programs are never run.
 */
export async function demangle(
  names: readonly string[],
  environment: NodeJS.ProcessEnv,
  tree: string,
): Promise<ReadonlyMap<string, string>> {
  const mangled = [...new Set(names.filter((name) => /^_Z\w+$/.test(name)))].slice(0, MOST);
  if (mangled.length === 0) return new Map();
  const program = findProgram("c++filt", searchPath(splitPath(environment["PATH"]), tree, null));
  if (program === null) return new Map();
  const lines = (await runTool({ argv: [program, ...mangled], environment }))?.trimEnd().split("\n") ?? [];
  if (lines.length !== mangled.length) return new Map();
  const pairs = mangled.map((name, i) => [name, shorten(lines[i] ?? name)] as const);
  return new Map(pairs.filter(([name, text]) => name !== text));
}

/** `std::string` of the old string ABI, `std::__cxx11::string` of the new one: the rest says nothing. */
function shorten(text: string): string {
  return text.replace(/basic_string<char, std::char_traits<char>, std::allocator<char> ?>/g, "string");
}
