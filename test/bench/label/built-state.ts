import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { readC } from "./c-text.ts";
import type { BlobReader } from "./commits.ts";
import { compiledSource, dependencies } from "./dependencies.ts";
import type { Plan } from "./plan.ts";
import type { PlannedCommand } from "./planned-command.ts";
import { foldersAbove } from "./reuse.ts";
import type { Part, State } from "./state.ts";
import { buildRequires, hashOf, pinsPart } from "./static-parts.ts";

export interface StateReader {
  /** State of the checkout as it is now, under its plan; a string says why the files of a source are not known. */
  read(plan: Plan, tree: ReadonlyMap<string, string>): Promise<State | string>;
  /** Ask the preprocessor again for the files of every source. */
  forget(): void;
}

export interface Ground {
  readonly checkout: string;
  readonly scratch: string;
  readonly pythons: readonly string[];
  readonly blobs: BlobReader;
}

/** Edited without an effect on any command, these make a soft difference. */
const BUILD_FILES =
  /(^|\/)(CMakeLists\.txt|CMakePresets\.json|meson\.build|meson\.options|meson_options\.txt|setup\.py|setup\.cfg)$|\.cmake$/;

/** Opened by a plan, they are translated by it: what they say is part of a source. */
const CYTHON_FILES = /\.(pyx|pxd|pxi)$/;

/** Build requirements whose own code becomes part of a library. */
const COMPILED_AGAINST = /^(pybind11|nanobind|numpy|cython|cffi|cppy|torch)\b/i;

interface Text {
  /** Hash without comments and layout. */
  readonly normal: string;
  /** Hash of its preprocessor lines alone. */
  readonly directives: string;
}

/** Commands, and what of the files that they read is not comment or layout, are hard; the files themselves are soft. */
export function stateReader({ checkout, scratch, pythons, blobs }: Ground): StateReader {
  const units = new Map<string, { readonly files: readonly string[]; readonly directives: string }>();
  const texts = new Map<string, Text>();
  const places = [checkout, scratch, ...pythons.map((python) => dirname(dirname(python)))];
  const normalText = ({ argv }: PlannedCommand): string =>
    places.reduce((text, place) => text.replaceAll(place, ""), argv.join(" "));

  async function textOf(path: string, tree: ReadonlyMap<string, string>): Promise<Text> {
    const oid = tree.get(path);
    const known = oid === undefined ? undefined : texts.get(oid);
    if (known !== undefined) return known;
    const file = join(checkout, path);
    const isGenerated = oid === undefined && submoduleOf(path, tree) === null && existsSync(file);
    const { normal } = readC(
      isGenerated ? readFileSync(file, "utf8") : await blobs.read(oid ?? ""),
      new Set(),
    );
    const directives = normal.split("\n").filter((line) => line.startsWith("#"));
    const text = { normal: hashOf(normal), directives: hashOf(directives.join("\n")) };
    if (oid !== undefined) texts.set(oid, text);
    return text;
  }

  /** As long as no directive of any of its files moves, a source includes the same files. */
  async function filesOf(
    command: PlannedCommand,
    text: string,
    tree: ReadonlyMap<string, string>,
  ): Promise<readonly string[] | string> {
    const directivesOf = async (files: readonly string[]): Promise<string> =>
      (
        await Promise.all(files.map(async (path) => `${path} ${(await textOf(path, tree)).directives}`))
      ).join();
    const known = units.get(text);
    if (known !== undefined && known.directives === (await directivesOf(known.files))) return known.files;
    const files = dependencies(command, checkout);
    if (typeof files !== "string") units.set(text, { files, directives: await directivesOf(files) });
    return files;
  }

  return {
    forget: () => units.clear(),
    async read(plan, tree) {
      const state = new Map<string, Part>();
      const soft = (path: string): unknown => state.set(path, { hard: "", soft: tree.get(path) ?? "" });
      let others = "";
      for (const command of plan.commands) {
        const text = normalText(command);
        const source = compiledSource(command.argv);
        if (source === null) {
          others += `${text}\n`;
          continue;
        }
        const files = await filesOf(command, text, tree);
        if (typeof files === "string") return files;
        const name = normalize(resolve(command.cwd, source)).replace(`${checkout}/`, "");
        let seen = text;
        for (const path of files) {
          seen += `\n${path} ${(await textOf(path, tree)).normal}`;
          const submodule = submoduleOf(path, tree);
          if (submodule !== null)
            state.set(`submodule ${submodule}`, { hard: tree.get(submodule) ?? "", soft: "" });
          else if (tree.has(path)) soft(path);
        }
        state.set(`compile ${name}`, { hard: hashOf(seen), soft: "" });
      }
      state.set("link", { hard: hashOf(others), soft: "" });
      for (const path of plan.opened) {
        const oid = tree.get(path);
        if (oid === undefined) continue;
        if (BUILD_FILES.test(path)) soft(path);
        if (CYTHON_FILES.test(path)) {
          const lines = (await blobs.read(oid))
            .split("\n")
            .filter((line) => !/^\s*(#(?!\s*cython:|\s*distutils:).*)?$/.test(line));
          state.set(path, { hard: hashOf(lines.join("\n")), soft: oid });
        }
      }
      const pyproject = tree.get("pyproject.toml");
      if (pyproject !== undefined)
        state.set("pyproject.toml", pinsPart(buildRequires(await blobs.read(pyproject)), COMPILED_AGAINST));
      return state;
    },
  };
}

/** The submodule that a file lies in. */
function submoduleOf(path: string, tree: ReadonlyMap<string, string>): string | null {
  if (tree.has(path)) return null;
  return foldersAbove(path).find((folder) => folder !== "" && tree.has(folder)) ?? null;
}
