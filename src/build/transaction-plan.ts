import { lstatSync } from "node:fs";
import { join } from "node:path";
import { outputPath } from "../fingerprint/output-path.ts";
import { encodePath } from "../git/path-bytes.ts";
import type { EnvironmentOfRecord, Interpreter, RepoPath, Workspace } from "../model.ts";
import { asidePlace, existsAt } from "../store/move.ts";
import { stampOf } from "./file-stamps.ts";
import type { HalfBuilt } from "./half-built.ts";
import type { ProtectedFile, ProtectedFolder } from "./journal.ts";

export interface Plan {
  readonly kind: "build" | "restore";
  readonly buildId: string;
  readonly extension: string;
  readonly interpreter: Interpreter | null;
  /** Outputs to protect, as manifests name them; one that is not there may come into being. */
  readonly outputs: readonly string[];
  /** Those of them that are not the files that our last build left. */
  readonly foreign: ReadonlySet<string>;
  /** Absolute paths of other files that the recipe replaces (the distribution's records). */
  readonly records: readonly string[];
  /** Build directories to move aside. */
  readonly buildDirs: readonly RepoPath[];
  /** Where setuptools leaves the objects of a clean build, absolute; null for any other. */
  readonly objects: string | null;
  /** Build directories of an earlier build of the same, to be put in their place; null: new ones. */
  readonly halfBuilt: HalfBuilt | null;
  /** Files known to be ours in those. Null: no build of ours is recorded. */
  readonly buildDirFiles: readonly RepoPath[] | null;
  /** Folders in which the recipe may leave git-ignored files for Python to load. */
  readonly watched: readonly RepoPath[];
  /** Stand-ins keep their mtime (an incremental build may leave an output as it is). */
  readonly keepTimes: boolean;
  readonly environment: EnvironmentOfRecord | null;
}

/** What of a plan decides about the moves. */
type Moves = Pick<Plan, "kind" | "buildId" | "outputs" | "foreign" | "records" | "buildDirs" | "objects">;

/** What is done with each file, decided before the first move. */
export function planFiles(
  ws: Workspace,
  plan: Moves,
  before: readonly RepoPath[],
  stageDir: string,
): ProtectedFile[] {
  const files = new Map<string, ProtectedFile["how"]>();
  for (const path of before) files.set(outputPath(ws.top, path), "copy");
  for (const path of plan.records) files.set(path, "link");
  for (const path of plan.outputs) {
    const full = outputPath(ws.top, path);
    files.set(full, plan.kind === "build" && !plan.records.includes(full) ? "stand-in" : "link");
  }
  const foreign = new Set([...plan.foreign].map((path) => outputPath(ws.top, path)));
  const outside = [...files].filter(
    ([path]) => !plan.buildDirs.some((folder) => isBelow(path, join(ws.top, folder))),
  );
  return outside.map(([path, how], index) => {
    const wanted = join(stageDir, "aside", String(index));
    const aside = asidePlace(path, wanted, `${plan.buildId}-${index}`);
    const stat = lstatSync(encodePath(path), { throwIfNoEntry: false });
    const isFile = stat === undefined || stat.isFile();
    const isForeign = how === "copy" || foreign.has(path) || !isFile;
    return {
      path,
      how: isFile ? how : "move",
      existed: stat !== undefined,
      aside,
      stamp: stampOf(path),
      isForeign,
    };
  });
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

/** Build directories that go aside, and the outputs in them that need a stand-in; and the folder of objects. */
export function planFolders(ws: Workspace, plan: Moves, stageDir: string): ProtectedFolder[] {
  const folders = plan.buildDirs.map((folder) => join(ws.top, folder));
  return [...folders, ...(plan.objects === null ? [] : [plan.objects])].map((path, index) => {
    const wanted = join(stageDir, "aside", `folder-${index}`);
    const standIns = plan.outputs
      .map((output) => outputPath(ws.top, output))
      .filter((output) => isBelow(output, path) && existsAt(output))
      .map((output) => output.slice(path.length + 1));
    return {
      path,
      aside: asidePlace(path, wanted, `${plan.buildId}-${index}`),
      existed: existsAt(path),
      standIns,
    };
  });
}
