import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** The path, or the nearest folder or file above it that is there. */
export function firstThere(path: string): string {
  for (let place = path; ; place = dirname(place))
    if (existsSync(place) || place === dirname(place)) return place;
}

/** A folder in which this user can make files. */
export function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}
