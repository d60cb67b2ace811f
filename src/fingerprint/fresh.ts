/**
 * fresh.sh: the idle path's answer "certainly nothing moved", one `stat` process and no Node. Its expected text is
 * made of stats taken while looking, and the script itself is run once as the proof (docs/decisions/0005).
 */
import {
  type BigIntStats,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { childProcess } from "../late-modules.ts";
import { encodePath, toBytes } from "../git/path-bytes.ts";
import { ownVersion } from "../package-root.ts";

/** What the hook takes for "fresh": no shell gives it for a file that was cut short. */
const FRESH_STATUS = 42;

export interface FreshRequest {
  readonly top: string;
  readonly stateDir: string;
  /** Absolute or top-relative paths of files and folders whose stat must not move. */
  readonly paths: Iterable<string>;
  /** Absolute paths that must go on not to exist. */
  readonly absent: Iterable<string>;
  /** When the look began, ms since the epoch: whatever changed later was perhaps not seen by it. */
  readonly lookedAtMs: number;
}

/** More than this and one `stat` is no longer cheap. */
const MAX_PATHS = 20_000;
const CHUNK = 1500;
/** File times advance in ticks of at most 10 ms (Linux, HZ=100). */
const TICK_NS = 20_000_000n;
/** statfs types without a true ctime or inode, or with cached ones: FAT, SMB, CIFS, 9p, FUSE, NTFS, NFS. */
const VAGUE_FILE_SYSTEMS: readonly number[] = [
  0x4d44, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0x5346544e, 0x6969,
];

/** GNU's, and that of the BSDs and macOS, whose `%Fm` is seconds with all nine digits (usr.bin/stat/stat.c of FreeBSD). */
const FORMAT =
  process.platform === "linux" ? "-L -c '%n %s %i %f %.9Y %.9Z' --" : "-L -f '%N %z %i %Xp %Fm %Fc' --";

/** Before PATH: of coreutils beside macOS's own, say, only one knows our format. */
const USUAL_STATS: readonly string[] = ["/usr/bin/stat", "/bin/stat"];

/**
 * The program that fresh.sh runs, by an absolute path: PATH is not that of a GUI client, and may name folders that a
 * checkout can fill.
 */
function findStat(top: string): string | null {
  const folders = (process.env["PATH"] ?? "").split(":").filter((folder) => folder.startsWith("/"));
  const outside = folders.filter((folder) => folder !== top && !folder.startsWith(`${top}/`));
  const places = [...USUAL_STATS, ...outside.map((folder) => join(folder, "stat"))];
  return places.find((path) => existsSync(path)) ?? null;
}

/** Where the script is. */
export function freshPath(stateDir: string): string {
  return join(stateDir, "fresh.sh");
}

/**
 * Writes fresh.sh, if a sound one can be made now. Writes nothing else.
 * @param stat the program that it runs; one that prints anything else than we expect is found out by the proof.
 * @returns whether it stands.
 */
export function writeFresh(request: FreshRequest, stat: string | null = findStat(request.top)): boolean {
  const script = stat === null ? null : renderFresh(request, stat);
  if (script === null) return false;
  const path = freshPath(request.stateDir);
  if (holds(path, script)) return true; // proven when it was written
  const temp = `${path}.${process.pid}`;
  try {
    writeFileSync(temp, script);
    const proof = childProcess().spawnSync("/bin/sh", ["-c", '(. "$1")', "sh", temp], { stdio: "ignore" });
    if (proof.status === FRESH_STATUS) {
      renameSync(temp, path);
      return true;
    }
    rmSync(temp, { force: true });
  } catch {
    // a git dir that cannot be written: the long way is always right
  }
  return false;
}

/** The look found something: the quick answer must not stand any longer. */
export function dropFresh(stateDir: string): void {
  try {
    rmSync(freshPath(stateDir), { force: true });
  } catch {
    // It compares with the state of an earlier fresh look, so it cannot say fresh now either.
  }
}

function holds(path: string, script: Buffer): boolean {
  try {
    return readFileSync(path).equals(script);
  } catch {
    return false;
  }
}

/** The script's first line. Another version may list other files. */
export function freshTitle(): string {
  return `# rebuild-if-needed ${ownVersion()}: exits ${FRESH_STATUS} when certainly nothing has moved since the last look\n`;
}

/** The script's bytes. It is put together as latin1, a character for each byte, since names need not be UTF-8. */
function renderFresh(request: FreshRequest, stat: string): Buffer | null {
  if (isVague(request.top) || !existsSync(request.stateDir)) return null;
  const names = [...new Set([...request.paths].map((path) => shorten(request.top, path)))].sort();
  if (names.length > MAX_PATHS) return null;
  const limit = BigInt(request.lookedAtMs) * 1_000_000n - TICK_NS;
  const parts = [freshTitle()];
  parts.push(`cd -- ${quote(latin1(request.top))} || exit 1\n`);
  for (const path of new Set(request.absent)) {
    if (existsSync(encodePath(path))) return null;
    parts.push(`[ -e ${quote(latin1(path))} ] && exit 1\n`);
  }
  for (let from = 0; from < names.length; from += CHUNK) {
    const chunk = names.slice(from, from + CHUNK);
    const lines: string[] = [];
    for (const name of chunk) {
      const line = statLine(request.top, name, limit);
      if (line === null) return null;
      lines.push(line);
    }
    const words = chunk.map((name) => quote(latin1(name))).join(" ");
    parts.push(
      `[ "$(LC_ALL=C ${quote(latin1(stat))} ${FORMAT} ${words} 2>&1)" = ${quote(lines.join("\n"))} ] || exit 1\n`,
    );
  }
  parts.push(`exit ${FRESH_STATUS}\n`);
  return Buffer.from(parts.join(""), "latin1");
}

/**
 * What `stat` prints for a path, as latin1; null: it is not there, or has changed since `limit`.
 * @param limit ns since the epoch; null: no matter when.
 */
function statLine(top: string, name: string, limit: bigint | null): string | null {
  const full = name.startsWith("/") ? name : `${top}/${name}`;
  const stat = statSync(encodePath(full), { bigint: true, throwIfNoEntry: false });
  if (stat === undefined || (limit !== null && stat.ctimeNs > limit)) return null;
  return `${latin1(name)} ${statFields(stat)}`;
}

/** What `stat` prints after the name. */
export function statFields({ size, ino, mode, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${size} ${ino} ${mode.toString(16)} ${seconds(mtimeNs)} ${seconds(ctimeNs)}`;
}

function seconds(ns: bigint): string {
  return `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, "0")}`;
}

function shorten(top: string, path: string): string {
  if (path === top) return ".";
  return path.startsWith(`${top}/`) ? path.slice(top.length + 1) : path;
}

/** One sh word. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function latin1(path: string): string {
  return /[^\u0000-\u007F]/.test(path) ? toBytes(path).toString("latin1") : path;
}

function isVague(path: string): boolean {
  return process.platform === "linux" && VAGUE_FILE_SYSTEMS.includes(statfsSync(path).type);
}
