import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A package as conda's own record tells, for those that come without Python metadata. */
export interface CondaPackage {
  readonly version: string;
  /** `conda-meta/NAME-VERSION-BUILD.json`. */
  readonly record: string;
}

/** Names that conda has for distributions of PyPI. */
const NAMES: ReadonlyMap<string, string> = new Map([["torch", "pytorch"]]);

/**
 * conda's record of a distribution, or null.
 * @param site a site-packages folder; the environment is the folder above its `lib/pythonX.Y`.
 */
export function findCondaPackage(site: string, name: string): CondaPackage | null {
  const folder = join(dirname(dirname(dirname(site))), "conda-meta");
  const wanted = NAMES.get(name) ?? name;
  for (const entry of entriesOf(folder)) {
    if (!entry.startsWith(`${wanted}-`)) continue;
    const found = /^(.+)-([^-]+)-[^-]+\.json$/.exec(entry);
    if (found?.[1] === wanted && found[2] !== undefined)
      return { version: found[2], record: join(folder, entry) };
  }
  return null;
}

/** What was installed, free of when and where: name, version, build and the archive's hash. Null when unreadable. */
export function condaMeaning(record: string): string | null {
  try {
    const data: unknown = JSON.parse(readFileSync(record, "utf8"));
    if (typeof data !== "object" || data === null) return null;
    const fields = new Map<string, unknown>(Object.entries(data));
    return JSON.stringify(
      ["name", "version", "build", "subdir", "sha256", "md5"].map((key) => fields.get(key) ?? null),
    );
  } catch {
    return null;
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
