/** What a command of the project's own may read, by its command line. Pure. */
import { posix } from "node:path";

export type CommandReads =
  | { readonly kind: "reads"; readonly files: readonly string[]; readonly folders: readonly string[] }
  | { readonly kind: "compiles"; readonly program: string };

/**
 * Files and folders that a build step names. Nobody knows what a script reads, so what it is given counts with all
 * that is below it, and so does the script's own folder. A compiler or another build under a custom command follows
 * includes that nothing tells of: then the answer of the whole build is short.
 * @param kindOf what an absolute path is in the work tree; null: not there, or not the work tree's.
 */
export function readsOfCommand(
  command: string,
  cwd: string,
  kindOf: (path: string) => "file" | "folder" | null,
): CommandReads {
  const files = new Set<string>();
  const folders = new Set<string>();
  let folder = cwd;
  for (const words of simpleCommands(command)) {
    if (words[0] === "cd") {
      folder = posix.resolve(folder, words[1] ?? "");
      if (kindOf(folder) === "folder") folders.add(folder);
      continue;
    }
    const program = posix.basename(words.find((word) => !/^\w+=/.test(word)) ?? "");
    const isCMake = program === "cmake";
    if (COMPILES.test(program) || (isCMake && words[1] !== "-E" && words[1] !== "-P")) {
      return { kind: "compiles", program };
    }
    for (const word of words) {
      for (const path of pathsIn(word, folder)) {
        const kind = kindOf(path);
        if (kind === "file") files.add(path);
        if (kind === "folder") folders.add(path);
        if (kind === "file" && SCRIPT.test(path)) folders.add(posix.dirname(path));
      }
    }
  }
  return { kind: "reads", files: [...files], folders: [...folders] };
}

const COMPILES =
  /^(cc|c\+\+|gcc|g\+\+|clang|clang\+\+|nvcc|hipcc|icpx?|icx|make|gmake|ninja|samu|meson|swig|cargo)([-.\d]*)$|-(gcc|g\+\+|clang)([-.\d]*)$/;
const SCRIPT = /\.(py|sh|pl|rb|lua|cmake)$/;

function simpleCommands(command: string): string[][] {
  const commands: string[][] = [[]];
  for (const word of command.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\;|&])+|[;|&]+/g) ?? []) {
    if (/^[;|&]+$/.test(word)) commands.push([]);
    else commands.at(-1)?.push(word.replace(/\\(.)/g, "$1").replace(/["']/g, ""));
  }
  return commands.filter((words) => words.length > 0);
}

/** The word itself, and the path in `-I/path`, `--out=/path` and `a:/path`. */
function pathsIn(word: string, folder: string): string[] {
  const slash = word.indexOf("/");
  const parts = [word, ...word.split(/[=:,;]/), ...(slash > 0 ? [word.slice(slash)] : [])];
  return [...new Set(parts)].filter((part) => part !== "").map((part) => posix.resolve(folder, part));
}
