/**
 * Backends build in temporary directories that are gone when the recipe ends. While it runs, the ninjas of this build
 * are looked for, their manifests read and their logs held open: an open file can be read after its name has gone.
 */
import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  readSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { decodePath } from "../../git/path-bytes.ts";
import { isOfBuild } from "../process-group.ts";
import { parseNinjaDeps } from "./ninja-deps-log.ts";
import { isSideBuild, readManifest } from "./ninja-folder.ts";
import type { NinjaBuild } from "./ninja-part.ts";

/** Between two looks: longer where a look is slow, so that it never takes more than a part in twenty. */
const LOOK_EVERY_MS = 100;
const SHARE = 20;

export interface HeldNinjas {
  /** Ends the looking; later calls give nothing. Builds that were seen, but not whole, are left out. */
  stop(): NinjaBuild[];
}

/** @param leaveOut true for folders that will still be there. Linux only; elsewhere nothing is found. */
export function holdNinjas(buildId: string, leaveOut: (folder: string) => boolean): HeldNinjas {
  const held = new Map<string, Held>();
  let timer: NodeJS.Timeout;
  const look = (): void => {
    const startedMs = performance.now();
    for (const folder of ninjaFolders(buildId)) {
      if (!leaveOut(folder) && !held.has(folder)) held.set(folder, { ...UNSEEN });
    }
    for (const [folder, one] of held) hold(folder, one);
    timer = setTimeout(look, Math.max(LOOK_EVERY_MS, (performance.now() - startedMs) * SHARE)).unref();
  };
  timer = setTimeout(look, LOOK_EVERY_MS).unref();
  return {
    stop() {
      clearTimeout(timer);
      for (const [folder, one] of held) hold(folder, one);
      const builds = [...held].flatMap(([folder, one]) => whole(folder, one));
      held.clear();
      return builds;
    },
  };
}

interface Held {
  manifest: NinjaBuild["manifest"] | null;
  /** mtime of the manifest that was read. */
  written: number;
  log: number | null;
  inode: number;
}

const UNSEEN: Held = { manifest: null, written: 0, log: null, inode: 0 };

/** Folders in which ninjas of this build run now, but for those of a compiler check. */
function ninjaFolders(buildId: string): string[] {
  const found: string[] = [];
  try {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const folder = ninjaFolder(pid, buildId);
      if (folder !== null && !isSideBuild(folder)) found.push(folder);
    }
  } catch {
    // no /proc
  }
  return found;
}

function ninjaFolder(pid: string, buildId: string): string | null {
  try {
    if (readFileSync(`/proc/${pid}/comm`, "latin1") !== "ninja\n" || !isOfBuild(Number(pid), buildId))
      return null;
    return decodePath(readlinkSync(`/proc/${pid}/cwd`, { encoding: "buffer" }));
  } catch {
    return null; // it has ended
  }
}

/** Reads the manifest anew when it is there, and opens the log when ninja has begun it. */
function hold(folder: string, one: Held): void {
  try {
    const written = statSync(join(folder, "build.ninja")).mtimeMs;
    if (one.written !== written) one.manifest = readManifest(folder);
    one.written = written;
    const stat = statSync(join(folder, ".ninja_deps"));
    if (one.log !== null && one.inode === stat.ino) return;
    const log = openSync(join(folder, ".ninja_deps"), "r");
    if (one.log !== null) closeSync(one.log);
    one.log = log;
    one.inode = stat.ino;
  } catch {
    // not begun, or gone: what is held stays
  }
}

function whole(folder: string, one: Held): NinjaBuild[] {
  if (one.log === null) return [];
  try {
    const bytes = Buffer.alloc(fstatSync(one.log).size);
    readSync(one.log, bytes, 0, bytes.length, 0);
    const deps = parseNinjaDeps(bytes);
    return deps === null || one.manifest === null ? [] : [{ folder, manifest: one.manifest, deps }];
  } catch {
    return [];
  } finally {
    closeSync(one.log);
  }
}
