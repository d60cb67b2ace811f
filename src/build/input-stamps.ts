import { externalFiles } from "../fingerprint/external.ts";
import { stampInputs } from "../fingerprint/inputs.ts";
import type { Workspace } from "../model.ts";
import type { ObservedExtension } from "../observe.ts";

/** inode and ctime of all that a build reads of the tree and of what variables name outside: see `movedSince`. */
export async function stampAll(ws: Workspace, part: ObservedExtension): Promise<ReadonlyMap<string, string>> {
  const outside = part.externals.paths.length === 0 ? [] : await externalFiles(part.externals);
  return new Map([...stampInputs(ws.top, part.inputs.keys()), ...stampInputs("/", outside)]);
}

/** The first input that was written, added or removed since, even if its content is back; null: none. */
export async function movedSince(
  ws: Workspace,
  stamps: ReadonlyMap<string, string>,
  now: ObservedExtension,
): Promise<string | null> {
  const present = await stampAll(ws, now);
  for (const [path, value] of present) if (stamps.get(path) !== value) return path;
  for (const path of stamps.keys()) if (!present.has(path)) return path;
  return null;
}
