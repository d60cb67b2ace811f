import type { Extension, Fingerprint, RepoPath } from "../../model.ts";
import { PYPROJECT } from "../pyproject.ts";
import { partId, partReader } from "./parts.ts";

export interface CountedIds {
  /** The ids, of files that count by part that of the part. */
  readonly ids: Map<RepoPath, string>;
  /** Content ids of those files as a whole: while one is equal, so is its part. */
  readonly whole: Map<RepoPath, string>;
}

/** Parts by path and content, for the many commits of one history. */
const seen = new Map<string, string>();

/**
 * Replaces the ids of files of which only a part can change a build.
 * @param read texts of files; one that cannot be read counts whole.
 * @param known what was read before.
 */
export async function countByPart(
  ids: ReadonlyMap<RepoPath, string>,
  extension: Extension,
  read: (paths: readonly RepoPath[]) => Promise<ReadonlyMap<RepoPath, string>>,
  known: Pick<Fingerprint, "inputs" | "whole"> | null = null,
): Promise<CountedIds> {
  const counted = new Map(ids);
  const whole = new Map<RepoPath, string>();
  const wanted: RepoPath[] = [];
  const tables = extension.pyprojectTables;
  const keyOf = (path: RepoPath, id: string): string => `${path}\0${id}\0${tables.join(" ")}`;
  for (const [path, id] of ids) {
    if (partReader(path) === null || (path === PYPROJECT && tables.length === 0)) continue;
    whole.set(path, id);
    const before = known?.whole?.[path] === id ? known.inputs[path] : seen.get(keyOf(path, id));
    if (before === undefined) wanted.push(path);
    else counted.set(path, before);
  }
  if (wanted.length === 0) return { ids: counted, whole };
  for (const [path, text] of await read(wanted)) {
    const id = ids.get(path) ?? "";
    const part = (await partId(path, text, tables)) ?? id;
    seen.set(keyOf(path, id), part);
    counted.set(path, part);
  }
  return { ids: counted, whole };
}
