/** CMake's File API, https://cmake.org/cmake/help/latest/manual/cmake-file-api.7.html: a question before, files after. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import type { Extension } from "../../model.ts";
import { isListOf, isObject, isText } from "../../store/baseline-shape.ts";

const API = ".cmake/api/v1";
const CLIENT = "client-rebuild-if-needed";

export interface CMakeTarget {
  readonly name: string;
  /** `MODULE_LIBRARY`, `EXECUTABLE`, `UTILITY`... */
  readonly type: string;
  /** Base names of what it makes. */
  readonly made: readonly string[];
  /** Folder of its objects, absolute. */
  readonly objects: string;
  /** Folder that its compilers run in, absolute. */
  readonly cwd: string;
  /** Absolute paths of what is compiled, with the language. */
  readonly compiled: readonly { readonly path: string; readonly language: string }[];
  /** Other files that it lists. */
  readonly listed: readonly string[];
  /** Targets that it needs, by place in the list. */
  readonly needs: readonly number[];
}

export interface CMakeReply {
  readonly targets: readonly CMakeTarget[];
  /** CMakeLists.txt, included files and configured templates, absolute. */
  readonly files: readonly string[];
}

/**
 * Leaves the question in the build directories that the recipe itself hands to `cmake -B`. In another one a folder that
 * is there before its time could change what a script does. A question that cannot be placed is not asked.
 */
export function placeQueries(top: string, extension: Extension): void {
  const named = extension.recipe.flatMap((argv) => (argv[0] === "cmake" ? buildFolders(argv) : []));
  for (const folder of extension.buildDirs.filter((one) => named.includes(posix.normalize(one)))) {
    const place = join(top, folder, API, "query", CLIENT);
    const requests = [
      { kind: "codemodel", version: 2 },
      { kind: "cmakeFiles", version: 1 },
    ];
    try {
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, "query.json"), `${JSON.stringify({ requests })}\n`);
    } catch {
      // A full disk, or a file in the way: the recipe will say so itself.
    }
  }
}

function buildFolders(argv: readonly string[]): string[] {
  return argv
    .flatMap((word, at) =>
      word === "-B" ? [argv[at + 1] ?? ""] : word.startsWith("-B") ? [word.slice(2)] : [],
    )
    .map((path) => posix.normalize(path).replace(/\/$/, ""));
}

/** The reply in a build directory, to our question or to anybody's; null when there is none that can be read. */
export function readReply(folder: string): CMakeReply | null {
  const replies = join(folder, API, "reply");
  try {
    const index = readdirSync(replies)
      .filter((name) => name.startsWith("index-"))
      .sort()
      .at(-1); // CMake: "the file with the largest name in lexicographic order"
    if (index === undefined) return null;
    const model = readObject(replies, objectFile(readJson(replies, index), "codemodel", 2));
    const inputs = readObject(replies, objectFile(readJson(replies, index), "cmakeFiles", 1));
    return model === null || inputs === null
      ? null
      : { targets: readTargets(replies, model), files: readInputs(inputs) };
  } catch {
    return null;
  }
}

class Unexpected extends Error {}

function readJson(folder: string, name: string): Record<string, unknown> {
  const value: unknown = JSON.parse(readFileSync(join(folder, name), "utf8"));
  return object(value);
}

function readObject(folder: string, name: string | null): Record<string, unknown> | null {
  return name === null ? null : readJson(folder, name);
}

function objectFile(index: Record<string, unknown>, kind: string, major: number): string | null {
  const found = list(index["objects"]).find(
    (one) => one["kind"] === kind && isObject(one["version"]) && one["version"]["major"] === major,
  );
  return found === undefined ? null : text(found["jsonFile"]);
}

function readTargets(replies: string, model: Record<string, unknown>): CMakeTarget[] {
  const paths = object(model["paths"]);
  const [source, build] = [text(paths["source"]), text(paths["build"])];
  const [configuration, ...others] = list(model["configurations"]);
  if (configuration === undefined || others.length > 0) throw new Unexpected("several configurations");
  const entries = list(configuration["targets"]);
  const places = new Map(entries.map((entry, at) => [text(entry["id"]), at]));
  return entries.map((entry) => {
    const target = readJson(replies, text(entry["jsonFile"]));
    const languages = list(target["compileGroups"] ?? []).map((group) => text(group["language"]));
    const sources = list(target["sources"] ?? []);
    const path = (one: Record<string, unknown>): string => resolve(source, text(one["path"]));
    const compiled = sources.flatMap((one) => {
      const language =
        languages[typeof one["compileGroupIndex"] === "number" ? one["compileGroupIndex"] : -1];
      return language === undefined ? [] : [{ path: path(one), language }];
    });
    const name = text(target["name"]);
    const cwd = resolve(build, text(object(target["paths"])["build"]));
    return {
      name,
      type: text(target["type"]),
      made: list(target["artifacts"] ?? []).map((one) => posix.basename(text(one["path"]))),
      objects: join(cwd, "CMakeFiles", `${name}.dir`),
      cwd,
      compiled,
      listed: sources.map(path),
      needs: list(target["dependencies"] ?? []).map((one) => {
        const place = places.get(text(one["id"]));
        if (place === undefined) throw new Unexpected("a target that is not listed");
        return place;
      }),
    };
  });
}

function readInputs(inputs: Record<string, unknown>): string[] {
  const source = text(object(inputs["paths"])["source"]);
  return list(inputs["inputs"]).map((one) => resolve(source, text(one["path"])));
}

function object(value: unknown): Record<string, unknown> {
  if (!isObject(value)) throw new Unexpected("not an object");
  return value;
}

function list(value: unknown): Record<string, unknown>[] {
  if (!isListOf(value, isObject)) throw new Unexpected("not a list of objects");
  return value;
}

function text(value: unknown): string {
  if (!isText(value)) throw new Unexpected("not text");
  return value;
}
