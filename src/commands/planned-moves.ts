import { existsSync } from "node:fs";
import { join } from "node:path";
import { distributionFiles, findOutputs } from "../build/find-outputs.ts";
import { showPath } from "../git/path-bytes.ts";
import type { Look } from "../run.ts";

/** Every move that a rebuild or restore would make, in words, before any happens. */
export function plannedMoves(looked: Look): string[] {
  const { ws, tracked, environment } = looked;
  return looked.decision.extensions.flatMap((one) => {
    const part = looked.extensions.find((observed) => observed.extension.name === one.name);
    if (part === undefined || (one.decision !== "rebuild" && one.decision !== "restore")) return [];
    const { extension, known, slot } = part;
    if (one.survives === true && known.kind === "known") {
      return known.baseline.outputs.map((output) => `verify ${showPath(output.path)} where it is`);
    }
    if (one.decision === "restore") {
      return (slot?.baseline.outputs ?? []).map(
        (output) => `put back ${showPath(output.path)} from the kept build of ${slot?.baseline.at ?? ""}`,
      );
    }
    const listed =
      known.kind === "known"
        ? known.baseline.outputs.map((output) => output.path)
        : findOutputs(ws.top, extension, tracked);
    const outputs = listed.filter((path) => !tracked.has(path));
    const folders =
      one.level === "clean" ? extension.buildDirs.filter((folder) => existsSync(join(ws.top, folder))) : [];
    return [
      ...outputs.map((path) => `put ${showPath(path)} aside, with a stand-in in its place`),
      ...distributionFiles(extension, environment.interpreter).records.map(
        (path) => `keep a second name of ${path}`,
      ),
      ...folders.map((folder) => `move ${folder}/ aside`),
      ...extension.recipe.map((argv) => `run ${argv.join(" ")}`),
    ];
  });
}
