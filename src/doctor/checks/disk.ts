import { statfsSync } from "node:fs";
import { good, type DoctorContext, type Finding } from "../finding.ts";

const CHECK = "disk";
const MB = 1e6;

/** What a build writes beside a second set of outputs: object files, logs. */
const SPARE_BYTES = 200 * MB;
const SPARE_INODES = 2000;

export interface DiskFacts {
  readonly freeBytes: number;
  /** Null where the file system makes inodes as it needs them. */
  readonly freeInodes: number | null;
  readonly outputsBytes: number;
}

/** There is room for another set of outputs beside the present one. */
export function disk({ ws, outputsBytes }: DoctorContext): Finding[] {
  const stat = statfsSync(ws.top);
  const freeInodes = stat.files > 0 ? stat.ffree : null;
  return [judgeDisk({ freeBytes: stat.bavail * stat.bsize, freeInodes, outputsBytes }, ws.top)];
}

/** What the numbers mean for a build below `folder`. */
export function judgeDisk({ freeBytes, freeInodes, outputsBytes }: DiskFacts, folder: string): Finding {
  const wanted = 2 * outputsBytes + SPARE_BYTES;
  const fix = "free some space on that file system";
  const bytes = `${megabytes(freeBytes)} free below ${folder}, the present build has ${megabytes(outputsBytes)}`;
  if (freeBytes <= outputsBytes) return { check: CHECK, level: "error", text: bytes, fix };
  if (freeBytes < wanted)
    return { check: CHECK, level: "warning", text: `${bytes}; ${megabytes(wanted)} are safe`, fix };
  if (freeInodes !== null && freeInodes < SPARE_INODES) {
    const level = freeInodes === 0 ? "error" : "warning";
    return {
      check: CHECK,
      level,
      text: `${freeInodes} inodes free below ${folder}`,
      fix: "delete small files, such as caches",
    };
  }
  return good(CHECK, bytes);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / MB)} MB`;
}
