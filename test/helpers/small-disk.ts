/** A real file system of a few pages: what a full disk does is the kernel's to say. */
import { spawnSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { endProcessesIn } from "./end-processes.ts";

export const PAGE = 4096;

/** How to become root for a mount, or null. */
const AS_ROOT: readonly string[] | null =
  process.getuid?.() === 0 ? [] : spawnSync("sudo", ["-n", "true"]).status === 0 ? ["sudo", "-n"] : null;

/** Why there can be none here, or false. Under CI there must be one. */
export const cannotMount =
  process.platform === "linux" && (canMount() || process.env["CI"] !== undefined)
    ? false
    : "to mount a small tmpfs needs root";

export interface SmallDisk {
  /** Leaves room for that many pages, and for nothing else. */
  fill(pagesLeft: number): void;
  free(): void;
  unmount(): void;
}

/** Mounts a tmpfs of 4 MiB on a folder. Throws where that is not allowed. */
export function mountSmallDisk(folder: string): SmallDisk {
  mkdirSync(folder, { recursive: true });
  const { uid, gid } = statSync(folder);
  asRoot("mount", "-t", "tmpfs", "-o", `size=4m,mode=755,uid=${uid},gid=${gid}`, "tmpfs", folder);
  const filler = join(folder, ".git", "filler");
  return {
    fill(pagesLeft) {
      const file = openSync(filler, "w");
      const page = Buffer.alloc(PAGE);
      let pages = 0;
      try {
        for (;;) pages += writeSync(file, page) / PAGE;
      } catch {
        ftruncateSync(file, Math.max(0, Math.floor(pages) - pagesLeft) * PAGE);
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler, { force: true }),
    unmount() {
      endProcessesIn(folder);
      asRoot("umount", "--lazy", folder);
    },
  };
}

function canMount(): boolean {
  if (AS_ROOT === null) return false;
  const [program = "", ...args]: readonly string[] = [
    ...AS_ROOT,
    ..."unshare --mount mount -t tmpfs tmpfs /mnt".split(" "),
  ];
  return spawnSync(program, args).status === 0;
}

function asRoot(...argv: readonly string[]): void {
  const [program = "", ...args] = [...(AS_ROOT ?? []), ...argv];
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${argv.join(" ")}: ${stderr}`);
}
