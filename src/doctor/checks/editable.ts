import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { findDistributions, normaliseName } from "../../fingerprint/distributions.ts";
import { realOf } from "../../fingerprint/search-path.ts";
import type { Reason } from "../../model.ts";
import { good, type DoctorContext, type Finding } from "../finding.ts";

const CHECK = "editable-install";

/** The environment's editable install of this project points here and not to another clone or linked worktree. */
export function editableInstall({ ws, extension, interpreter }: DoctorContext): Finding[] {
  const { distribution } = extension;
  if (interpreter === null || distribution === null) return [];
  const pointer = findPointer(distribution, interpreter.sitePackages);
  if (pointer === null) return [];
  const [reason] = checkEditable(ws.top, distribution, interpreter.sitePackages);
  if (reason !== undefined) {
    const take = `${interpreter.path} -m pip install --no-build-isolation --no-deps -e ${ws.top}`;
    const fix = `give this tree an environment of its own (python3 -m venv .venv), or take that one over: ${take}`;
    return [{ check: CHECK, level: "error", text: reason.text, fix, reason: reason.kind }];
  }
  if (existsSync(pointer.target)) return [good(CHECK, `${distribution} is installed from ${pointer.target}`)];
  const text = `${distribution} is installed from ${pointer.target}, which has gone (${pointer.file})`;
  return [{ check: CHECK, level: "warning", text, fix: "rebuild-if-needed --force installs it from here" }];
}

/**
 * Whether the environment's editable install of `distribution` belongs to another tree. One whose tree has gone
 * belongs to nobody.
 */
export function checkEditable(
  top: string,
  distribution: string | null,
  sitePackages: readonly string[],
): Reason[] {
  const pointer = distribution === null ? null : findPointer(distribution, sitePackages);
  if (pointer === null || !existsSync(pointer.target) || belongsTo(top, pointer.target)) return [];
  const text = `${distribution ?? ""} in this environment is installed from another tree, ${pointer.target} (${pointer.file})`;
  return [{ kind: "environment-elsewhere", path: pointer.target, from: top, to: pointer.target, text }];
}

/**
 * What the fast answer must stat for `checkEditable`: the records of an editable install, its folder of metadata, and
 * where it points to (which need not be there).
 */
export function editableRecords(distribution: string, sitePackages: readonly string[]): string[] {
  const wanted = normaliseName(distribution);
  const found = findDistributions(sitePackages, [wanted]).get(wanted);
  const metadata = found === undefined ? [] : [dirname(found.metadata), ...found.files];
  const left = sitePackages.flatMap((folder) =>
    namesIn(folder)
      .filter((entry) => isLeftBy(entry, wanted))
      .map((name) => join(folder, name)),
  );
  const pointer = findPointer(distribution, sitePackages);
  return [...metadata, ...left, ...(pointer === null ? [] : [pointer.file, pointer.target])];
}

interface Pointer {
  /** Folder that Python loads the project from. */
  readonly target: string;
  /** The file that says so. */
  readonly file: string;
}

/** Where an editable install points to; the installer's own record (PEP 610) before what the backends leave. */
function findPointer(distribution: string, sitePackages: readonly string[]): Pointer | null {
  const wanted = normaliseName(distribution);
  const found = findDistributions(sitePackages, [wanted]).get(wanted);
  if (found?.isEditable === true)
    return { target: found.root, file: join(dirname(found.metadata), "direct_url.json") };
  for (const folder of sitePackages) {
    for (const name of namesIn(folder).filter((entry) => isLeftBy(entry, wanted))) {
      const file = join(folder, name);
      const target = firstFolder(readFileSync(file, "utf8"));
      if (target !== null) return { target, file };
    }
  }
  return null;
}

/** setuptools: egg-link, `.pth` and finder; scikit-build-core and meson-python: a module that redirects. */
function isLeftBy(entry: string, wanted: string): boolean {
  const marked =
    /^(.+)\.egg-link$/.exec(entry) ??
    /^__editable__\.(.+?)-\d.*\.pth$/.exec(entry) ??
    /^__editable___(.+?)_\d.*_finder\.py$/.exec(entry) ??
    /^_(.+)_editable(?:_loader)?\.py$/.exec(entry);
  return marked?.[1] !== undefined && normaliseName(marked[1]) === wanted;
}

/** The first absolute path that a line is, or that a string literal holds; of a file, its folder. */
function firstFolder(text: string): string | null {
  const literal = [...text.matchAll(/(['"])(\/[^'"\n]+)\1/g)].map((match) => match[2] ?? "");
  const line = text
    .split("\n")
    .map((each) => each.trim())
    .find(isAbsolute);
  const path = line ?? literal.find((each) => existsSync(each)) ?? literal[0];
  if (path === undefined) return null;
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? dirname(path) : path;
}

/** Inside, but not in a clone or linked worktree that lies there. A submodule is part of the tree. */
function belongsTo(top: string, target: string): boolean {
  const tree = realOf(top);
  for (let folder = realOf(target); folder !== tree; folder = dirname(folder)) {
    if (folder === dirname(folder)) return false; // the root: it lies outside
    if (isOtherTree(join(folder, ".git"))) return false;
  }
  return true;
}

function isOtherTree(git: string): boolean {
  const stat = statSync(git, { throwIfNoEntry: false });
  if (!stat?.isFile()) return stat !== undefined;
  const text = readFileSync(git, "utf8");
  return text.includes("/worktrees/") || !text.includes("/modules/");
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
