import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { findCondaPackage } from "./conda-package.ts";

/** An installed distribution, as its folder of metadata tells. */
export interface Distribution {
  readonly version: string;
  /** Folder that holds its import packages: site-packages, or the source tree of an editable install. */
  readonly root: string;
  /** METADATA, PKG-INFO, or conda's record. */
  readonly metadata: string;
  readonly record: string | null;
  readonly isEditable: boolean;
  /** Files whose change may mean another content. */
  readonly files: readonly string[];
}

/** Name of a distribution as PEP 503 compares it. */
export function normaliseName(name: string): string {
  return name.replace(/[-_.]+/g, "-").toLowerCase();
}

/**
 * Installed ones of the named distributions; the first folder that has one wins, as on `sys.path`.
 * @param names normalised.
 */
export function findDistributions(
  sitePackages: readonly string[],
  names: readonly string[],
): Map<string, Distribution> {
  const wanted = new Set(names);
  const found = new Map<string, Distribution>();
  for (const folder of sitePackages) {
    const here = new Map<string, Distribution>();
    for (const entry of entriesOf(folder)) {
      const [name, version] = namedBy(entry);
      if (!wanted.has(name)) continue;
      const distribution = readDistribution(folder, entry, version);
      // An upgrade that broke off leaves two: the later name is taken, always the same one.
      if (distribution !== null) here.set(name, distribution);
    }
    for (const name of names) {
      if (here.has(name) || found.has(name)) continue;
      const other = readEggLink(folder, name) ?? readConda(folder, name);
      if (other !== null) here.set(name, other);
    }
    for (const [name, distribution] of here) if (!found.has(name)) found.set(name, distribution);
  }
  return found;
}

/** Name and version of a folder of metadata; an empty name for any other. */
function namedBy(entry: string): readonly [string, string | undefined] {
  const named =
    /^(.+)-([^-]+)\.dist-info$/.exec(entry) ?? /^(.+?)(?:-([^-]+))?(?:-py[\d.]+)?\.egg-info$/.exec(entry);
  return [normaliseName(named?.[1] ?? ""), named?.[2]];
}

/** `setup.py develop` leaves `NAME.egg-link` with the source folder, where the metadata is. */
function readEggLink(folder: string, name: string): Distribution | null {
  const link = [...new Set([name, name.replaceAll("-", "_")])].map((one) => join(folder, `${one}.egg-link`));
  const path = link.find((one) => existsSync(one));
  const source = path === undefined ? "" : (readText(path) ?? "").split(/\r?\n/)[0]?.trim();
  if (path === undefined || source === undefined || !isAbsolute(source)) return null;
  const entry = entriesOf(source).find((one) => one.endsWith(".egg-info") && namedBy(one)[0] === name);
  const found = entry === undefined ? null : readDistribution(source, entry, undefined);
  return found === null ? null : { ...found, root: source, isEditable: true, files: [path, ...found.files] };
}

function readConda(folder: string, name: string): Distribution | null {
  const found = findCondaPackage(folder, name);
  if (found === null) return null;
  const { version, record } = found;
  return { version, root: folder, metadata: record, record: null, isEditable: false, files: [record] };
}

function readDistribution(folder: string, entry: string, version: string | undefined): Distribution | null {
  const place = join(folder, entry);
  const metadata = [join(place, "METADATA"), join(place, "PKG-INFO"), place].find(
    (path) => readText(path) !== null,
  );
  if (metadata === undefined) return null;
  const record = existsSync(join(place, "RECORD")) ? join(place, "RECORD") : null;
  const source = editableSource(join(place, "direct_url.json"));
  return {
    version: version ?? /^Version:\s*(\S+)/m.exec(readText(metadata) ?? "")?.[1] ?? "",
    root: source ?? folder,
    metadata,
    record,
    isEditable: source !== null,
    files: record === null ? [metadata] : [metadata, record],
  };
}

/** Folder that an editable install points to (PEP 610), or null. */
function editableSource(directUrl: string): string | null {
  const text = readText(directUrl);
  if (text === null) return null;
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data !== "object" || data === null || !("url" in data) || !("dir_info" in data)) return null;
    const { url, dir_info: info } = data;
    const isEditable =
      typeof info === "object" && info !== null && "editable" in info && info.editable === true;
    return isEditable && typeof url === "string" ? resolve(fileURLToPath(url)) : null;
  } catch {
    return null;
  }
}

/** Metadata of the distribution that a Python launcher script (`bin/cmake` of a wheel) belongs to, or null. */
export function metadataOfScript(script: string, name: string): string | null {
  const lib = join(dirname(dirname(script)), "lib");
  const pythons = entriesOf(lib).filter((entry) => entry.startsWith("python"));
  const folders = pythons.flatMap((python) =>
    ["site-packages", "dist-packages"].map((kind) => join(lib, python, kind)),
  );
  return findDistributions(folders, [name]).get(name)?.metadata ?? null;
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
