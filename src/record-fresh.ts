import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { projectFiles } from "./config/project.ts";
import { CONFIG_FILE } from "./config/sources.ts";
import { editableRecords } from "./doctor/checks/editable.ts";
import { externalFiles } from "./fingerprint/external.ts";
import {
  hasIgnoredInputs,
  inputFolders,
  linkedFolders,
  outputPlaces,
  reachesEverywhere,
} from "./fingerprint/fresh-paths.ts";
import { freshHolds } from "./fingerprint/fresh-holds.ts";
import { gitSettings, hasUncleanInputs, ruleFiles } from "./fingerprint/fresh-rules.ts";
import { submodulePaths } from "./fingerprint/fresh-submodules.ts";
import { dropFresh, writeFresh } from "./fingerprint/fresh.ts";
import { outputPath } from "./fingerprint/output-path.ts";
import { toolchainFiles } from "./fingerprint/toolchain-meaning.ts";
import { toolchainAbsences, toolchainRivals } from "./fingerprint/toolchain.ts";
import { encodePath } from "./git/path-bytes.ts";
import { journalPath } from "./build/journal.ts";
import type { Baseline } from "./model.ts";
import type { ObservedExtension } from "./observe.ts";
import type { Look } from "./run.ts";
import { baselinePath } from "./store/baseline.ts";
import { environmentPath } from "./store/environment.ts";

/** Writes fresh.sh after a look that covered everything and found it fresh; drops it after any other. */
export async function recordFresh(looked: Look): Promise<void> {
  const { ws, config, environment, tree } = looked;
  if (looked.decision.decision !== "fresh") return dropFresh(ws.stateDir);
  const isWhole = looked.extensions.length === config.extensions.length;
  if (!isWhole || looked.record === null || freshHolds(ws.top, ws.stateDir, tree.stats)) return;
  const list = startList(ws.top);
  list.there(".", environmentPath(ws), ...(environment.interpreter?.sitePackages ?? []));
  list.absent.add(journalPath(ws));
  list.asNow(CONFIG_FILE, join(ws.stateDir, "config.toml"));
  list.asNow(...projectFiles(tree.entries.map(({ path }) => path)));
  for (const part of looked.extensions) {
    if (part.known.kind !== "known") return;
    await listExtension(list, looked, part, part.known.baseline);
  }
  const { paths, absent } = list;
  writeFresh({ top: ws.top, stateDir: ws.stateDir, paths, absent, lookedAtMs: looked.lookedAtMs });
}

/** What fresh.sh looks at. */
interface List {
  readonly paths: Set<string>;
  readonly absent: Set<string>;
  /** Must be there and not move. */
  there(...paths: readonly string[]): void;
  /** Must not move, or not come. */
  asNow(...paths: readonly string[]): void;
}

function startList(top: string): List {
  const paths = new Set<string>();
  const absent = new Set<string>();
  return {
    paths,
    absent,
    there: (...some) => some.forEach((path) => paths.add(path)),
    asNow(...some) {
      for (const path of some.map((one) => resolve(top, one)))
        (existsSync(encodePath(path)) ? paths : absent).add(path);
    },
  };
}

async function listExtension(
  list: List,
  looked: Look,
  { extension, observation, inputs, externals }: ObservedExtension,
  baseline: Baseline,
): Promise<void> {
  const { ws, environment, tree, mayRun } = looked;
  const { interpreter } = environment;
  const sites = interpreter?.sitePackages ?? [];
  if (externals.paths.length > 0) list.there(...(await externalFiles(externals)));
  list.there(...inputs.keys(), ...Object.keys(baseline.alsoRead ?? {}));
  const folders = inputFolders(ws.top, tree, extension, inputs.keys());
  list.there(...folders, ...linkedFolders(ws.top, inputs));
  list.asNow(...ruleFiles(ws, folders), ...(await submodulePaths(ws.top, tree, inputs)));
  const hasSubmodule = tree.entries.some((entry) => entry.mode === "160000" && inputs.has(entry.path));
  const hasIgnored = hasIgnoredInputs(ws.top, tree, extension);
  if (hasSubmodule || hasIgnored) list.there(join(ws.gitDir, "index"));
  if (hasIgnored || hasUncleanInputs(tree, inputs)) list.asNow(...(await gitSettings(ws)));
  if (reachesEverywhere(extension)) list.there(join(ws.gitDir, "logs", "HEAD"));
  for (const { path } of baseline.outputs) list.there(outputPath(ws.top, path));
  list.asNow(...outputPlaces(ws.top, baseline.outputs, sites));
  for (const path of baseline.trackedOutputs.map((one) => join(ws.top, one))) {
    // One that git tracks and that is not there: the commit that takes it out of git touches only the index.
    list.there(existsSync(encodePath(path)) ? path : join(ws.gitDir, "index"));
  }
  if (extension.distribution !== null) list.asNow(...editableRecords(extension.distribution, sites));
  list.there(...toolchainFiles(observation.fingerprint.toolchain, interpreter));
  const { tools: roles, packages, recipe } = extension;
  const sought = { environment, interpreter, roles, packages, recipe, top: ws.top, mayRun };
  list.there(...toolchainRivals(sought));
  for (const path of toolchainAbsences(sought)) list.absent.add(path);
  list.there(baselinePath(ws, extension.name, interpreter?.path ?? null));
}
