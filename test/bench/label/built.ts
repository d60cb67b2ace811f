/** States of a history from the project's own build system and compiler. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize, resolve } from "node:path";
import { blobReader, firstParents, treeOf, type Change } from "./commits.ts";
import { planner, type Plan, type PlannedCommand } from "./plan.ts";
import { compiledSource, preprocess, type Preprocessed } from "./preprocess.ts";
import type { Part, State } from "./state.ts";
import { buildRequires, hashOf, pinsPart } from "./static-parts.ts";
import type { Step } from "./walk.ts";
import { workCopy } from "./work-copy.ts";

export interface BuiltOptions {
  readonly repo: string;
  readonly range: string;
  /** Interpreters with the build requirements of the range, newest first. */
  readonly pythons: readonly string[];
  readonly submodules: string | null;
  say(line: string): void;
}

/** Edited without an effect on any command, these make a soft difference. */
const BUILD_FILES =
  /(^|\/)(CMakeLists\.txt|CMakePresets\.json|meson\.build|meson\.options|meson_options\.txt|setup\.py|setup\.cfg)$|\.cmake$/;
const COMPILED_AGAINST = /^(pybind11|nanobind|numpy|cython|cffi|cppy|torch)\b/i;

/** A state for each first-parent commit of the range; null where nothing could be planned. */
export async function walkBuilds(options: BuiltOptions): Promise<Step[]> {
  const scratch = mkdtempSync(join(tmpdir(), "rebuild-if-needed-label-"));
  const copy = workCopy(options.repo, join(scratch, "checkout"), options.submodules);
  const plans = planner(copy.folder, options.pythons, scratch);
  const blobs = blobReader(options.repo);
  const units = new Map<string, { ids: readonly string[]; result: Preprocessed }>();
  const steps: Step[] = [];
  let planned = 0;
  let tree: ReadonlyMap<string, string> = new Map();
  let last: { plan: Plan; state: State } | null = null;
  try {
    for (const { id, at } of firstParents(options.repo, options.range)) {
      const before = tree;
      tree = treeOf(options.repo, id);
      const changes = copy.moveTo(id);
      if (
        changes?.some(
          (change) => /\.(h|hh|hpp|hxx|inl|inc|ipp|pxd)$/.test(change.path) && !before.has(change.path),
        )
      )
        units.clear();
      let plan: Plan | string | null =
        last !== null && changes !== null && canReuse(last.plan, changes, before, tree) ? last.plan : null;
      const isReused = plan !== null;
      if (plan === null) {
        copy.clean();
        planned++;
        plan = plans.plan();
      }
      if (typeof plan === "string") {
        options.say(`${id.slice(0, 10)} left out: ${plan}`);
        steps.push({ id, at, state: null });
        last = null;
        continue;
      }
      const touched =
        changes === null ||
        changes.some(({ path }) => last?.state.has(path) !== false || path === "pyproject.toml");
      if (!(isReused && last !== null && !touched)) {
        const state = await stateOf(plan, tree, units);
        if (typeof state === "string") {
          options.say(`${id.slice(0, 10)} left out: ${state}`);
          steps.push({ id, at, state: null });
          last = null;
          continue;
        }
        last = { plan, state };
      }
      steps.push({ id, at, state: last.state });
      if (steps.length % 20 === 0) options.say(`${steps.length} commits, ${planned} planned`);
    }
  } finally {
    blobs.close();
    rmSync(scratch, { recursive: true, force: true });
  }
  return steps;

  async function stateOf(
    plan: Plan,
    files: ReadonlyMap<string, string>,
    kept: typeof units,
  ): Promise<State | string> {
    const state = new Map<string, Part>();
    const used = new Set<string>();
    let links = "";
    for (const command of plan.commands) {
      const text = normalCommand(command);
      const source = compiledSource(command.argv);
      if (source === null) {
        links += `${text}\n`;
        continue;
      }
      const unit = unitOf(command, files, kept, text);
      if (typeof unit === "string") return unit;
      const name = normalize(resolve(command.cwd, source)).replace(`${copy.folder}/`, "");
      state.set(`compile ${name}`, { hard: hashOf(`${text}\n${unit.stream}`), soft: "" });
      for (const path of unit.files) used.add(path);
    }
    state.set("link", { hard: hashOf(links), soft: "" });
    for (const path of used) {
      const submodule = submoduleOf(path, files);
      if (submodule !== null)
        state.set(`submodule ${submodule}`, { hard: files.get(submodule) ?? "", soft: "" });
      else if (files.has(path)) state.set(path, { hard: "", soft: files.get(path) ?? "" });
    }
    for (const path of plan.opened) {
      if (files.has(path) && BUILD_FILES.test(path))
        state.set(path, { hard: "", soft: files.get(path) ?? "" });
    }
    if (files.has("pyproject.toml")) {
      const requires = buildRequires(await blobs.read(files.get("pyproject.toml") ?? ""));
      state.set("pyproject.toml", pinsPart(requires, COMPILED_AGAINST));
    }
    return state;
  }

  function unitOf(
    command: PlannedCommand,
    files: ReadonlyMap<string, string>,
    kept: typeof units,
    text: string,
  ): Preprocessed | string {
    const idsOf = (paths: readonly string[]): string[] => paths.map((path) => files.get(path) ?? "");
    const known = kept.get(text);
    if (known !== undefined && known.ids.join() === idsOf(known.result.files).join()) return known.result;
    const result = preprocess(command, copy.folder, scratch);
    if (typeof result !== "string") kept.set(text, { ids: idsOf(result.files), result });
    return result;
  }

  function normalCommand({ argv }: PlannedCommand): string {
    const places = [copy.folder, scratch, ...options.pythons.map((python) => dirname(dirname(python)))];
    return places.reduce((text, place) => text.replaceAll(place, ""), argv.join(" "));
  }
}

/** Only when the plan looked at nothing that a commit changed, and listed no folder whose entries it changed. */
function canReuse(
  plan: Plan,
  changes: readonly Change[],
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): boolean {
  const folders = new Set([...before.keys()].flatMap(parents));
  return changes.every(({ path }) => {
    if (plan.opened.has(path)) return false;
    if (before.has(path) && now.has(path)) return true;
    const folder = parents(path).find((one) => folders.has(one)) ?? "";
    return !plan.asked.has(path) && !plan.listed.has(folder);
  });
}

/** Folders above a path, nearest first, "" last. */
function parents(path: string): string[] {
  const found: string[] = [];
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) found.push(folder);
  return [...found, ""];
}

function submoduleOf(path: string, files: ReadonlyMap<string, string>): string | null {
  return files.has(path)
    ? null
    : (parents(path).find((folder) => folder !== "" && files.has(folder)) ?? null);
}
