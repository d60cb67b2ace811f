import type { Config, Workspace } from "../model.ts";
import { err, ok, refuse, type Result } from "../report/failure.ts";
import { checkAgainstTree } from "./check.ts";
import { detectPreset, NO_PRESET, PRESETS } from "./detect.ts";
import { NOTHING_KNOWN, type InstalledLookup } from "./installed.ts";
import { mergeExtensions, mergeSources, missingKeys } from "./merge.ts";
import type { PartialConfig } from "./parse.ts";
import type { Preset } from "./presets/preset.ts";
import { readSources, sourceFailure, type Source } from "./sources.ts";
import { suggest } from "./suggest.ts";
import type { TreeReader } from "./tree-reader.ts";

/** Longer than any build that was heard of; what runs on is stuck. */
const TIME_LIMIT_MINUTES = 360;

/**
 * The configuration of a work tree: the detected preset, under the file of the tree, under the one of the git
 * dir. Failures are E105 and E110 to E115; nothing is written.
 */
export async function loadConfig(
  ws: Workspace,
  tree: TreeReader,
  installed: InstalledLookup = NOTHING_KNOWN,
): Promise<Result<Config>> {
  const sources = await readSources(ws, tree);
  if (!sources.ok) return sources;
  const preset = choosePreset(sources.value, tree);
  if (!preset.ok) return preset;
  const configured = mergeSources(sources.value);
  const guessed = preset.value?.extensions(tree, installed) ?? [];
  const extensions = mergeExtensions(
    tree,
    guessed,
    configured.map(({ partial }) => partial),
  );
  if (extensions.length === 0) return refuseUndetected();
  for (const { partial, origin } of configured) {
    const [key] = extensions.filter(({ name }) => name === partial.name).flatMap(missingKeys);
    const named = origin.get("name");
    if (key === undefined || named === undefined) continue;
    return err(sourceFailure(named.source, "E112", named.place, `extension "${partial.name}" needs ${key}`));
  }
  const interpreter = lastWord(sources.value, "interpreter")?.value ?? null;
  const failed = checkAgainstTree(tree, configured, interpreter);
  if (failed !== null) return err(failed);
  return ok({
    preset: preset.value?.name ?? NO_PRESET,
    mode: lastWord(sources.value, "mode")?.value ?? "auto",
    strategy: lastWord(sources.value, "strategy")?.value ?? "clean",
    healMtimes: lastWord(sources.value, "heal-mtimes")?.value ?? false,
    timeLimitMs: (lastWord(sources.value, "time-limit")?.value ?? TIME_LIMIT_MINUTES) * 60_000,
    interpreter,
    extensions,
    files: sources.value.map(({ file }) => file),
    hasTreeConfig: sources.value.some(({ inTree }) => inTree),
  });
}

function choosePreset(sources: readonly Source[], tree: TreeReader): Result<Preset | null> {
  const wanted = lastWord(sources, "preset");
  if (wanted === null) return ok(detectPreset(tree));
  if (wanted.value === NO_PRESET) return ok(null);
  const preset = PRESETS.find(({ name }) => name === wanted.value);
  if (preset !== undefined) return ok(preset);
  const names = [...PRESETS.map(({ name }) => name), NO_PRESET];
  const near = suggest(wanted.value, names);
  const hint = near === null ? `known are ${names.join(", ")}` : `did you mean "${near}"?`;
  const text = `preset: "${wanted.value}" is not known; ${hint}`;
  return err(sourceFailure(wanted.source, "E112", { extension: null, key: "preset" }, text));
}

function refuseUndetected(): Result<Config> {
  return refuse(
    "E105",
    "no native extension found: no setup.py with extension modules, no scikit-build-core or meson-python in " +
      "pyproject.toml, no CMakeLists.txt that speaks of Python. Nothing was changed.",
    "describe it as an [[extension]] in rebuild-if-needed.toml, then run: rebuild-if-needed init",
  );
}

type ScalarKey = "preset" | "mode" | "strategy" | "heal-mtimes" | "time-limit" | "interpreter";

/** The value that the file of highest precedence gives for a key, and that file. */
function lastWord<K extends ScalarKey>(
  sources: readonly Source[],
  key: K,
): { readonly value: NonNullable<PartialConfig[K]>; readonly source: Source } | null {
  for (const source of [...sources].reverse()) {
    const value = source.config[key];
    if (value !== undefined && value !== null) return { value, source };
  }
  return null;
}
