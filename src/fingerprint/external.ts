/** What variables name outside of the repository: local source trees in place of pinned ones, and wheels. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { crypto } from "../late-modules.ts";
import { encodePath, showPath } from "../git/path-bytes.ts";
import type { Extension, Fingerprint, Reason } from "../model.ts";
import { namedExternals } from "./external-names.ts";
import { MOST_FILES, treeFiles, treeId } from "./external-tree.ts";
import { realPath } from "./outside-files.ts";

export interface Externals {
  readonly ids: NonNullable<Fingerprint["externals"]>;
  /** Absolute paths as they are named. */
  readonly paths: readonly string[];
  /** For what is named and cannot be read. */
  readonly obstacles: readonly Reason[];
}

/** Content ids of what the variables of an extension name. Nothing is read where none does. */
export async function observeExternals(
  top: string,
  extension: Extension,
  variables: Readonly<Record<string, string>>,
): Promise<Externals> {
  const ids: Record<string, string> = {};
  const paths: string[] = [];
  const obstacles: Reason[] = [];
  for (const [name, value] of namedExternals(extension, variables)) {
    const path = resolve(top, value);
    const id = await contentId(path);
    ids[name] = id;
    paths.push(path);
    if (id === ABSENT) obstacles.push(obstacle(name, value, "which does not exist"));
    if (id === TOO_LARGE)
      obstacles.push(
        obstacle(name, value, `which holds more than ${MOST_FILES} files and is no git work tree`),
      );
  }
  return { ids, paths, obstacles };
}

/** Absolute paths whose `stat` tells whether any of it has moved. */
export async function externalFiles({ paths }: Pick<Externals, "paths">): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const real = realPath(path);
    files.push(path, ...(real !== null && isFolder(real) ? await treeFiles(real) : []));
  }
  return files;
}

const ABSENT = "absent";
const TOO_LARGE = "too large";

async function contentId(path: string): Promise<string> {
  const real = realPath(path);
  if (real === null) return ABSENT;
  return isFolder(real) ? ((await treeId(real)) ?? TOO_LARGE) : fileId(real);
}

function isFolder(path: string): boolean {
  return statSync(encodePath(path), { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A zip file's list of contents stands at its end, with a checksum of each: a wheel of gigabytes need not be read. */
const TAIL_BYTES = 4 << 20;

function fileId(path: string): string {
  try {
    const file = openSync(encodePath(path), "r");
    try {
      const { size } = statSync(encodePath(path));
      const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
      readSync(file, tail, 0, tail.length, size - tail.length);
      return `file:${crypto().createHash("sha256").update(`${size}\0`).update(tail).digest("hex")}`;
    } finally {
      closeSync(file);
    }
  } catch {
    return ABSENT; // nobody here may read it, nor can the build
  }
}

function obstacle(name: string, value: string, why: string): Reason {
  const variable = name.slice(1);
  return { kind: "tool-missing", path: name, text: `${variable} names ${showPath(value)}, ${why}` };
}
