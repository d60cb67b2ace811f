/**
 * A lock that its owner's death releases and that nobody can take over wrongly: every taker makes a claim file
 * with a name of its own, then lists the folder. A claim is dropped only by its maker, or by name when its maker
 * is dead, so that no decision about one claim can ever hit another. See docs/decisions/0003. All that a claim says is
 * in its name: an empty file can be made on a full disk, where recovery has to work.
 */
import { closeSync, mkdirSync, openSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, thisProcess, type Owner } from "./owner.ts";

export interface Lock {
  readonly release: () => void;
}

export type LockAnswer =
  | { readonly kind: "held"; readonly lock: Lock }
  | { readonly kind: "busy"; readonly owner: Owner; readonly label: string };

interface Claim {
  readonly file: string;
  readonly owner: Owner;
  readonly label: string;
}

let counter = 0;

/**
 * Takes the lock of a folder or says who has it.
 * @param label shown to whoever has to wait (a build id).
 * Throws Node's error where the folder cannot be written.
 */
export async function takeLock(folder: string, label: string): Promise<LockAnswer> {
  mkdirSync(folder, { recursive: true });
  const owner = thisProcess();
  counter += 1;
  const name = claimName(owner, counter, label);
  const asking = join(folder, `ask-${name}`);
  const holding = join(folder, `hold-${name}`);
  makeEmpty(asking);
  for (;;) {
    const others = liveClaims(folder).filter((claim) => claim.file !== `ask-${name}`);
    const rival =
      others.find((claim) => claim.file.startsWith("hold-")) ??
      others.find((claim) => claim.file < `ask-${name}`);
    if (rival !== undefined) {
      rmSync(asking, { force: true });
      return { kind: "busy", owner: rival.owner, label: rival.label };
    }
    if (others.length === 0) break;
    // Only later askers are left. Each of them sees this claim and yields, or already holds: look again.
    await sleep(2);
  }
  // The asking name stays for as long as the lock is held: a folder that is listed while a name changes may show
  // neither the old name nor the new one.
  makeEmpty(holding);
  const release = (): void => {
    rmSync(holding, { force: true });
    rmSync(asking, { force: true });
  };
  return { kind: "held", lock: { release } };
}

/** Who holds the lock, or null. Takes nothing and writes nothing. */
export function lockHolder(folder: string): { owner: Owner; label: string } | null {
  return readClaims(folder).find((claim) => claim.file.startsWith("hold-") && isAlive(claim.owner)) ?? null;
}

function liveClaims(folder: string): Claim[] {
  return readClaims(folder).filter((claim) => {
    if (isAlive(claim.owner)) return true;
    rmSync(join(folder, claim.file), { force: true });
    return false;
  });
}

function readClaims(folder: string): Claim[] {
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch {
    return [];
  }
  return files.sort().flatMap((file) => {
    const claim = /^(?:ask|hold)-(\d+)\.(\w*)\.(\w+)\.(\w+)\.(\d+)\.(\d+)\.\d+\.(.*)$/.exec(file);
    if (claim === null) return [];
    const [, pid = "", startedAt = "", boot = "", host = "", pidSpace = "", sinceMs = "", label = ""] = claim;
    return [
      { file, label, owner: { pid: Number(pid), startedAt, boot, host, pidSpace, sinceMs: Number(sinceMs) } },
    ];
  });
}

function claimName(owner: Owner, count: number, label: string): string {
  const { pid, startedAt, boot, host, pidSpace, sinceMs } = owner;
  return [pid, startedAt, boot, host, pidSpace, sinceMs, count, label].join(".");
}

function makeEmpty(path: string): void {
  closeSync(openSync(path, "wx"));
}
