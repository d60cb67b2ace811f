import { existsSync } from "node:fs";
import { join } from "node:path";
import { CONFIG_FILE } from "./config/sources.ts";
import { externalFiles } from "./fingerprint/external.ts";
import {
  hasIgnoredInputs,
  ignoreFiles,
  inputFolders,
  outputPaths,
  reachesEverywhere,
  submodulePaths,
} from "./fingerprint/fresh-paths.ts";
import { freshHolds } from "./fingerprint/fresh-holds.ts";
import { dropFresh, writeFresh } from "./fingerprint/fresh.ts";
import { PYPROJECT } from "./fingerprint/pyproject.ts";
import { toolchainFiles } from "./fingerprint/toolchain-meaning.ts";
import { toolchainAbsences } from "./fingerprint/toolchain.ts";
import { journalPath } from "./build/journal.ts";
import type { Look } from "./run.ts";
import { baselinePath } from "./store/baseline.ts";
import { environmentPath } from "./store/environment.ts";

/** Writes fresh.sh after a look that covered everything and found it fresh; drops it after any other. */
export async function recordFresh(looked: Look): Promise<void> {
  const { ws, config, environment, tree } = looked;
  if (looked.decision.decision !== "fresh") return dropFresh(ws.stateDir);
  const isWhole = looked.extensions.length === config.extensions.length;
  if (!isWhole || looked.record === null || freshHolds(ws.top, ws.stateDir, tree.stats)) return;
  const paths = new Set<string>(["."]);
  const absent = new Set<string>([journalPath(ws)]);
  const configs = [PYPROJECT, CONFIG_FILE].map((name) => join(ws.top, name));
  for (const file of [...configs, join(ws.stateDir, "config.toml")]) {
    if (config.files.includes(file)) paths.add(file);
    else if (!file.endsWith(PYPROJECT)) absent.add(file);
  }
  paths.add(environmentPath(ws));
  const exclude = join(ws.commonDir, "info", "exclude");
  if (existsSync(exclude)) paths.add(exclude);
  else absent.add(exclude);
  for (const site of environment.interpreter?.sitePackages ?? []) paths.add(site);
  for (const { extension, known, observation, inputs, externals } of looked.extensions) {
    if (known.kind !== "known") return;
    for (const path of externals.paths.length === 0 ? [] : await externalFiles(externals)) paths.add(path);
    for (const path of inputs.keys()) paths.add(path);
    for (const path of Object.keys(known.baseline.alsoRead ?? {})) paths.add(path);
    const folders = inputFolders(ws.top, tree, extension, inputs.keys());
    for (const folder of folders) paths.add(folder);
    for (const file of ignoreFiles(ws.top, folders)) paths.add(file);
    const hasSubmodule = tree.entries.some((entry) => entry.mode === "160000" && inputs.has(entry.path));
    if (hasSubmodule || hasIgnoredInputs(ws.top, tree, extension)) paths.add(join(ws.gitDir, "index"));
    if (reachesEverywhere(extension)) paths.add(join(ws.gitDir, "logs", "HEAD"));
    for (const path of outputPaths(ws.top, known.baseline.outputs)) paths.add(path);
    for (const path of await submodulePaths(ws.top, tree, new Set(inputs.keys()))) paths.add(path);
    const { toolchain } = observation.fingerprint;
    for (const file of toolchainFiles(toolchain, environment.interpreter)) paths.add(file);
    const { tools: roles, packages, recipe } = extension;
    const { interpreter } = environment;
    const sought = { environment, interpreter, roles, packages, recipe, top: ws.top, mayRun: looked.mayRun };
    for (const path of toolchainAbsences(sought)) absent.add(path);
    paths.add(baselinePath(ws, extension.name, environment.interpreter?.path ?? null));
  }
  writeFresh({ top: ws.top, stateDir: ws.stateDir, paths, absent, lookedAtMs: looked.lookedAtMs });
}
