import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { packageRoot } from "../package-root.ts";
import { ok, refuse, type Result } from "../report/failure.ts";
import { planCopies, readManifest, type Manifest } from "./package-tree.ts";

const COMPLETE = "complete.json";
const NAME = "rebuild-if-needed";

/**
 * Copies the installed package that holds `program`, and what it needs to run, to `<folder>/<version>`.
 * The copy appears by one rename and is never changed: hooks of several clones may run from it.
 * @returns the program's path in the copy.
 */
export function copyPackage(program: string, folder: string): Result<string> {
  try {
    const root = packageRoot(dirname(program));
    const manifest = readManifest(root);
    const identity = identify(root);
    const target = chooseTarget(folder, manifest, identity);
    if (identityOf(target) === null) copyTo(root, target, identity);
    return ok(join(target, "node_modules", NAME, relative(root, program)));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return refuse(
      "E305",
      `${program} may vanish, and it could not be copied to ${folder} (${why}). Nothing was changed.`,
      "npm install --global rebuild-if-needed && rebuild-if-needed install",
    );
  }
}

/** `<version>`, or `<version>-<id>` where that name holds another content (an unreleased build). */
function chooseTarget(folder: string, manifest: Manifest, identity: string): string {
  const plain = join(folder, manifest.version);
  const held = identityOf(plain);
  const isFree = held === identity || (held === null && !existsSync(plain));
  return isFree ? plain : `${plain}-${identity.slice(0, 8)}`;
}

/** Identity of a finished copy, or null: none there, or not finished. */
function identityOf(target: string): string | null {
  try {
    return readFileSync(join(target, COMPLETE), "utf8").trim();
  } catch {
    return null;
  }
}

function copyTo(root: string, target: string, identity: string): void {
  const aside = join(dirname(target), `.${basename(target)}.${process.pid}`);
  rmSync(aside, { recursive: true, force: true }); // of an installer that died; the name is ours alone
  mkdirSync(aside, { recursive: true });
  try {
    for (const { from, to } of planCopies(root)) {
      const isOwn = from === root;
      cpSync(from, join(aside, to), {
        recursive: true,
        dereference: true,
        filter: (path) => (isOwn ? isShipped(relative(root, path)) : isContent(from, path)),
      });
    }
    writeFileSync(join(aside, COMPLETE), `${identity}\n`);
    publish(aside, target);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    throw error;
  }
}

/** Another installer may have been faster: then its copy, which is the same, stays. */
function publish(aside: string, target: string): void {
  try {
    renameSync(aside, target);
  } catch (error) {
    if (identityOf(target) === null) throw error;
    rmSync(aside, { recursive: true, force: true });
  }
}

/** What runs of our own package; a checkout of it holds far more. */
function isShipped(path: string): boolean {
  return (
    path === "" || /^(dist|hooks)(\/|$)|^(package\.json|LICENSE)$|^docs$|^docs\/schema\.json$/.test(path)
  );
}

/** Dependencies of a dependency are planned one by one. */
function isContent(from: string, path: string): boolean {
  return !relative(from, path).split("/").includes("node_modules");
}

function identify(root: string): string {
  const hash = createHash("sha256");
  for (const part of ["package.json", "dist", "hooks"]) {
    for (const path of filesUnder(join(root, part))) {
      hash
        .update(`${relative(root, path)}\0`)
        .update(readFileSync(path))
        .update("\0");
    }
  }
  return hash.digest("hex");
}

function filesUnder(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted((a, b) => (a < b ? -1 : 1));
  } catch {
    return [path]; // a file
  }
}
