/** From what every means tells to one answer, or to why there is none. */
import { join, relative } from "node:path";
import { outputPath } from "../../fingerprint/output-path.ts";
import { readWorkTree } from "../../git/work-tree.ts";
import type { BuildAnswer, RepoPath } from "../../model.ts";
import type { Observed } from "../../observe.ts";
import { unexplained } from "./account.ts";
import { type Material, askFolders, askLog } from "./ask-folders.ts";
import { isCFamily } from "./c-family.ts";
import { mentionedFiles } from "./mentioned.ts";
import { readText } from "./ninja-folder.ts";
import type { Part } from "./part.ts";
import { type RepoFiles, repoFiles } from "./repo-files.ts";
import { isMentioned } from "./search-tree.ts";

export type Gathered =
  | { readonly kind: "answer"; readonly answer: BuildAnswer }
  | { readonly kind: "unknown"; readonly why: string };

export async function gather(material: Material): Promise<Gathered> {
  const { observed, part, outputs } = material;
  const { ws, environment } = observed;
  if (!goesOnFromOurs(material)) {
    return { kind: "unknown", why: "the build went on from objects that are not known to be ours" };
  }
  const tree = await readWorkTree(ws);
  if (tree === null) return { kind: "unknown", why: "git cannot read the index" };
  const prefix = relative(ws.top, environment.interpreter?.prefix ?? "/");
  const repo = repoFiles(ws.top, tree, [...part.extension.buildDirs, ...(prefix === "" ? [] : [prefix])]);
  const libraries = outputs.filter((path) => LIBRARY.test(path)).map((path) => outputPath(ws.top, path));
  const parts: Part[] = [];
  const previous: RepoPath[] = [];
  for (const one of askFolders(material, repo)) {
    if (one.kind === "unknown") return one;
    parts.push(one.part);
  }
  if (unexplained(libraries, parts, [], repo.paths) !== null) {
    const log = askLog(material);
    if (log?.kind === "unknown") return log;
    if (log !== null) parts.push(log.part);
    previous.push(...previousFiles(material));
    const why = unexplained(libraries, parts, previous, repo.paths);
    if (why !== null) return { kind: "unknown", why };
  }
  if (parts.some((one) => one.userHeadersOnly) && (await hidesHeaders(observed))) {
    return { kind: "unknown", why: "headers may be included as the system's, which compilers leave out" };
  }
  const files = filesOf(ws.top, parts, repo, material.folders);
  for (const path of previous) if (repo.paths.has(path)) files.add(path);
  if (files.size === 0) return { kind: "unknown", why: "no file of the repository was seen to be read" };
  const by = ORDER.filter((name) => parts.some((one) => one.by.includes(name)));
  return { kind: "answer", answer: { files: [...files].sort(), by } };
}

const LIBRARY = /\.(so|pyd|dylib)(\.|$)/;
const ORDER: readonly BuildAnswer["by"][number][] = [
  "cmake-file-api",
  "ninja-deps",
  "depfiles",
  "meson-introspection",
];

/** False where the build went on with what something else had left: a build by hand, taken over by `init`. */
function goesOnFromOurs({ level, part: { known } }: Material): boolean {
  if (level === "clean") return true;
  return known.kind === "known" && ["built", "restored"].includes(known.baseline.origin);
}

/** What the objects were made from that a build did not make again: at most the files of the answer before. */
function previousFiles({ level, part: { known } }: Material): readonly RepoPath[] {
  const isKnown = level !== "clean" && known.kind === "known" && known.baseline.origin === "built";
  return isKnown ? (known.baseline.answer?.files ?? []) : [];
}

function filesOf(
  top: string,
  parts: readonly Part[],
  repo: RepoFiles,
  folders: readonly string[],
): Set<RepoPath> {
  const files = new Set<RepoPath>();
  for (const part of parts) {
    for (const path of part.files) for (const name of repo.namesOf(path)) files.add(name);
    for (const folder of part.folders) {
      for (const path of repo.below(folder)) if (isCFamily(path)) files.add(path);
    }
  }
  const setups = folders.flatMap((folder) => repo.namesOf(join(folder, "setup.py")));
  const buildFiles = [...files].filter((path) => /(^|\/)CMakeLists\.txt$|\.cmake$/.test(path));
  for (const path of [...setups, ...buildFiles]) {
    for (const name of mentionedFiles(path, readText(join(top, path)) ?? "", repo.paths)) files.add(name);
  }
  return files;
}

/** In ways that `-MMD` and DEPENDENCIES_OUTPUT pass over; link-time optimisation hides objects as well. */
async function hidesHeaders(observed: Observed): Promise<boolean> {
  const pattern = "system_header|isystem|idirafter|-flto";
  const { variables } = observed.environment;
  if (Object.values(variables).some((value) => new RegExp(pattern).test(value))) return true;
  if (["C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH"].some((name) => (process.env[name] ?? "") !== "")) return true;
  return isMentioned(observed.ws.top, pattern, SPEAKING);
}

const SPEAKING = "c h cc cpp cxx cu cuh hh hpp hxx inl inc ipp tcc py cmake toml cfg build sh"
  .split(" ")
  .map((name) => `*.${name}`);
