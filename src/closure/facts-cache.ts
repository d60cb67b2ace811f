/** Facts of files, kept by content id as long as the process lives: most pairs of a history share most files. */
import type { RepoPath } from "../model.ts";
import { type CMakeFacts, readCMake } from "./cmake.ts";
import type { SourceFacts, TreeText } from "./facts.ts";
import { kindOf } from "./file-kinds.ts";
import { readIncludes } from "./includes.ts";
import { readMeson } from "./meson.ts";
import { withPrograms } from "./programs-run.ts";
import { readSetupPy } from "./setup-py.ts";

/** A file as a build reads it: a script, or something that is compiled. The same `.py` can be either. */
export type Role = "build" | "source";

/** What was read of one file. */
export interface FileFacts {
  readonly build: CMakeFacts | null;
  readonly source: SourceFacts | null;
  /** Of build files only. */
  readonly text: string;
}

const kept = new Map<string, FileFacts>();

/** Far more than a work tree has; an old history starts anew. */
const MOST_KEPT = 100_000;

/** Facts of files of a tree. A file without a text (too large, not here) says nothing. */
export async function readFacts(
  tree: TreeText,
  wanted: readonly (readonly [path: RepoPath, role: Role])[],
): Promise<(FileFacts | null)[]> {
  const keys = wanted.map(([path, role]) => keyOf(path, role, tree.ids.get(path)));
  const missing = wanted.filter((_, at) => !kept.has(keys[at] ?? "")).map(([path]) => path);
  const texts = missing.length === 0 ? new Map<RepoPath, string>() : await tree.read([...new Set(missing)]);
  if (kept.size > MOST_KEPT) kept.clear();
  return wanted.map(([path, role], at) => {
    const key = keys[at] ?? "";
    const known = kept.get(key);
    if (known !== undefined) return known;
    const text = texts.get(path);
    if (text === undefined) return null;
    const facts = readOne(path, role, text);
    if (key !== "") kept.set(key, facts);
    return facts;
  });
}

/** Empty where the id does not stand for one content. The path counts: globs start from its folder. */
function keyOf(path: RepoPath, role: Role, id: string | undefined): string {
  return id !== undefined && /^[0-9a-f]{40,64}$/.test(id) ? `${role} ${id} ${path}` : "";
}

function readOne(path: RepoPath, role: Role, text: string): FileFacts {
  const kind = kindOf(path);
  if (kind === "cmake") return { build: readCMake(text, path), source: null, text };
  if (kind === "meson") return { build: plain(readMeson(text, path)), source: null, text };
  if (role === "build" && path.endsWith(".py"))
    return { build: plain(withPrograms(readSetupPy(text, path), text, path)), source: null, text };
  return { build: null, source: readIncludes(path, text), text: "" };
}

function plain(facts: ReturnType<typeof readMeson>): CMakeFacts {
  return { ...facts, conditions: [], turnsOff: [], turnsOn: [], defines: [], calls: [] };
}
