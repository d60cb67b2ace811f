import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

const CACHE_MAGIC = "glibc-ld.so.cache1.1";
const CACHE_HEADER = 48;
const CACHE_ENTRY = 24;
const MOST_CONF_FILES = 200;

/** Folder names of Debian's multiarch layout, by `e_machine`. */
const MULTIARCH: Readonly<Record<number, string>> = {
  3: "i386-linux-gnu",
  40: "arm-linux-gnueabihf",
  62: "x86_64-linux-gnu",
  183: "aarch64-linux-gnu",
  243: "riscv64-linux-gnu",
};

/** Where the loader of this machine looks after a library's own paths and LD_LIBRARY_PATH. */
export interface SystemLibraries {
  /** Paths to try for a file name, best first. */
  candidates(name: string, machine: number): string[];
}

export function readSystemLibraries(root = "/etc"): SystemLibraries {
  const cache = readCache(join(root, "ld.so.cache"));
  // With a cache, a folder of ld.so.conf is searched through it alone: what ldconfig has not seen is not found.
  const uncached = cache === null ? [...readConf(join(root, "ld.so.conf")), "/usr/local/lib"] : [];
  return {
    candidates: (name, machine) => [
      ...(cache?.get(name) ?? []),
      ...[...uncached, ...defaultFolders(machine)].map((folder) => join(folder, name)),
    ],
  };
}

/** `$ORIGIN` and its like in a library's own search path. `$LIB` differs between systems: both are tried. */
export function expandPath(entry: string, libraryPath: string): string[] {
  const here = entry.replace(/\$(ORIGIN\b|\{ORIGIN\})/g, () => dirname(libraryPath));
  const platform = here.replace(
    /\$(PLATFORM\b|\{PLATFORM\})/g,
    process.arch === "x64" ? "x86_64" : "aarch64",
  );
  if (!/\$(LIB\b|\{LIB\})/.test(platform)) return [platform];
  return ["lib64", "lib"].map((lib) => platform.replace(/\$(LIB\b|\{LIB\})/g, lib));
}

function defaultFolders(machine: number): string[] {
  const multiarch = MULTIARCH[machine];
  const debian = multiarch === undefined ? [] : [`/lib/${multiarch}`, `/usr/lib/${multiarch}`];
  return [...debian, "/lib64", "/usr/lib64", "/lib", "/usr/lib"];
}

/** /etc/ld.so.cache in glibc's present format; null where there is none (musl) or it cannot be understood. */
function readCache(path: string): Map<string, string[]> | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return null;
  }
  // Older systems put the old table first; offsets of the new one count from its own start.
  const start = bytes.indexOf(CACHE_MAGIC, 0, "latin1");
  if (start < 0 || start + CACHE_HEADER > bytes.length) return null;
  const table = bytes.subarray(start);
  const count = Math.min(table.readUInt32LE(20), Math.floor((table.length - CACHE_HEADER) / CACHE_ENTRY));
  const libraries = new Map<string, string[]>();
  for (let i = 0; i < count; i++) {
    const at = CACHE_HEADER + i * CACHE_ENTRY;
    const name = textAt(table, table.readUInt32LE(at + 4));
    const library = textAt(table, table.readUInt32LE(at + 8));
    const known = libraries.get(name) ?? [];
    // a variant for certain processors exports the same symbols: the plain one goes first
    if (table.readBigUInt64LE(at + 16) === 0n) known.unshift(library);
    else known.push(library);
    libraries.set(name, known);
  }
  return libraries;
}

function textAt(bytes: Buffer, offset: number): string {
  const end = bytes.indexOf(0, offset);
  return offset < bytes.length && end > offset ? bytes.toString("utf8", offset, end) : "";
}

function readConf(path: string, seen: Set<string> = new Set()): string[] {
  if (seen.has(path) || seen.size >= MOST_CONF_FILES) return [];
  seen.add(path);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((raw) => {
    const line = raw.replace(/#.*/, "").trim();
    const include = /^include\s+(.+)$/.exec(line)?.[1];
    if (include === undefined) return line.startsWith("/") ? [line] : [];
    return filesOf(join(dirname(path), "."), include).flatMap((file) => readConf(file, seen));
  });
}

/** `include` names a file or `folder/*.conf`; more elaborate patterns are not met in practice. */
function filesOf(base: string, pattern: string): string[] {
  const full = pattern.startsWith("/") ? pattern : join(base, pattern);
  if (!full.includes("*")) return [full];
  try {
    return readdirSync(dirname(full))
      .filter((name) => name.endsWith(".conf"))
      .toSorted()
      .map((name) => join(dirname(full), name));
  } catch {
    return [];
  }
}
