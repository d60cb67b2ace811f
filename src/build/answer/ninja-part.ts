/** What a build directory of ninja's tells, be it CMake's, meson's or torch's. Pure but for what it is handed. */
import { posix } from "node:path";
import { isCFamily } from "./c-family.ts";
import { readsOfCommand } from "./custom-command.ts";
import { parseMakeRules } from "./make-rules.ts";
import type { NinjaEdge, NinjaManifest } from "./ninja-manifest.ts";
import { type Asked, unknown } from "./part.ts";

export interface NinjaBuild {
  /** Absolute path of the build directory; it may have gone. */
  readonly folder: string;
  readonly manifest: NinjaManifest;
  /** Content of `.ninja_deps`. */
  readonly deps: ReadonlyMap<string, readonly string[]>;
}

/** What ninja's files do not tell. */
export interface Surroundings {
  /** Base names of the outputs that are asked about. */
  readonly wanted: ReadonlySet<string>;
  /** What an absolute path is in the work tree; null: not there, or generated. */
  kindOf(path: string): "file" | "folder" | null;
  /** Text of a dependency file that ninja leaves alone, or null. */
  readText(path: string): string | null;
}

/**
 * The files behind the wanted outputs, and behind all else that the default build makes but programs (tests,
 * benchmarks), for a kernel may also reach Python by way of a data file. Objects of the default build that were never
 * made count only for wanted outputs: there, one that told nothing makes the answer unknown.
 */
export function askNinja(asked: NinjaBuild, surroundings: Surroundings): Asked {
  // ninja shortens the names in its log (`./a.o`), so both sides are made absolute.
  const deps = new Map([...asked.deps].map(([name, names]) => [posix.resolve(asked.folder, name), names]));
  const build: NinjaBuild = { ...asked, deps };
  const graph = graphOf(build);
  const wantedEdges = build.manifest.edges.filter((edge) => isWanted(edge, surroundings.wanted));
  const made = wantedEdges.flatMap((edge) => edge.outputs.map((name) => posix.basename(name)));
  const reading: Reading = { files: new Set(), folders: new Set(), compiled: [], userHeadersOnly: false };
  const defaults = defaultEdges(build, graph);
  // Without a wanted output it makes objects only, which something else links (torch's extension builder).
  const strict = reach(graph, wantedEdges.length > 0 ? wantedEdges : defaults);
  for (const edge of strict) {
    const why = readEdge(build, edge, surroundings, reading);
    if (why !== null) return unknown(`${why} (${build.folder})`);
  }
  for (const edge of reach(graph, defaults, strict)) {
    if (!wasMade(build, edge)) continue;
    const why = readEdge(build, edge, surroundings, reading);
    if (why !== null) return unknown(`${why} (${build.folder})`);
  }
  for (const edge of build.manifest.edges.filter((one) => one.outputs.includes("build.ninja"))) {
    for (const name of edge.inputs) reading.files.add(posix.resolve(build.folder, name));
  }
  return { kind: "part", part: { by: ["ninja-deps"], made: new Set(made), ...reading } };
}

interface Reading {
  readonly files: Set<string>;
  readonly folders: Set<string>;
  readonly compiled: string[];
  userHeadersOnly: boolean;
}

interface Graph {
  /** Producing edges by absolute path of an output. */
  readonly producer: ReadonlyMap<string, NinjaEdge>;
  inputsOf(edge: NinjaEdge): readonly NinjaEdge[];
}

function graphOf(build: NinjaBuild): Graph {
  const producer = new Map<string, NinjaEdge>();
  const absolute = (name: string): string => posix.resolve(build.folder, name);
  for (const edge of build.manifest.edges) {
    for (const name of edge.outputs) producer.set(absolute(name), edge);
  }
  return {
    producer,
    inputsOf: (edge) =>
      edge.inputs.map((name) => producer.get(absolute(name))).filter((one) => one !== undefined),
  };
}

function isWanted(edge: NinjaEdge, wanted: ReadonlySet<string>): boolean {
  return edge.rule !== "phony" && edge.outputs.some((name) => wanted.has(posix.basename(name)));
}

/** What `ninja` without arguments makes, without programs. */
function defaultEdges(build: NinjaBuild, graph: Graph): NinjaEdge[] {
  const { edges, defaults } = build.manifest;
  if (defaults.length === 0) {
    const used = new Set(edges.flatMap((edge) => graph.inputsOf(edge)));
    return edges.filter((edge) => !used.has(edge) && !isProgram(edge));
  }
  const found = new Set<NinjaEdge>();
  const open = defaults.map((name) => graph.producer.get(posix.resolve(build.folder, name)));
  for (let edge = open.pop(); open.length > 0 || edge !== undefined; edge = open.pop()) {
    if (edge === undefined || found.has(edge)) continue;
    if (edge.rule === "phony") open.push(...graph.inputsOf(edge));
    if (!isProgram(edge)) found.add(edge);
  }
  // The inputs of a phony edge were looked at one by one: to go through it again would bring the programs back.
  return [...found].filter((edge) => edge.rule !== "phony");
}

/** CMake's rules say what they link; meson's say only that they do, and its programs have no suffix. */
function isProgram(edge: NinjaEdge): boolean {
  if (/EXECUTABLE_LINKER/.test(edge.rule)) return true;
  const [name = ""] = edge.outputs;
  return /^\w+_LINKER$/.test(edge.rule) && !/\.(so|a|dylib|pyd)(\.[\d.]+)?$/.test(name);
}

/** All edges that the roots need, but those of `known`. */
function reach(
  graph: Graph,
  roots: readonly NinjaEdge[],
  known: ReadonlySet<NinjaEdge> = new Set(),
): Set<NinjaEdge> {
  const found = new Set<NinjaEdge>();
  const open = [...roots];
  for (let edge = open.pop(); edge !== undefined; edge = open.pop()) {
    if (found.has(edge) || known.has(edge)) continue;
    found.add(edge);
    open.push(...graph.inputsOf(edge));
  }
  return found;
}

/** False for a compile of which no record is there: it is in the manifest, but nobody asked for it. */
function wasMade(build: NinjaBuild, edge: NinjaEdge): boolean {
  return edge.value("deps") === "" || depsOf(build, edge) !== undefined;
}

function depsOf(build: NinjaBuild, edge: NinjaEdge): readonly string[] | undefined {
  return edge.outputs
    .map((name) => build.deps.get(posix.resolve(build.folder, name)))
    .find((names) => names !== undefined);
}

/** Adds what one edge read. @returns why that is not known, or null. */
function readEdge(
  build: NinjaBuild,
  edge: NinjaEdge,
  surroundings: Surroundings,
  reading: Reading,
): string | null {
  if (edge.rule === "phony") return null;
  const absolute = (name: string): string => posix.resolve(build.folder, name);
  for (const name of edge.inputs) reading.files.add(absolute(name));
  const [first = ""] = edge.explicit;
  const [output = ""] = edge.outputs;
  if (edge.value("deps") !== "") {
    const names = depsOf(build, edge);
    if (names === undefined) return `ninja has no record of what ${output} was made from`;
    for (const name of names) reading.files.add(absolute(name));
  } else if (edge.value("depfile") !== "") {
    const text = surroundings.readText(absolute(edge.value("depfile")));
    if (text === null) return `${edge.value("depfile")} is not there`;
    for (const name of parseMakeRules(text).flatMap((rule) => rule.prerequisites)) {
      reading.files.add(absolute(name));
    }
  } else if (!/^CUSTOM_COMMAND|LINKER/.test(edge.rule)) {
    // A compile that tells nothing.
    if (edge.explicit.some(isCFamily)) return `${edge.rule} of ${output} keeps no record of headers`;
    return null;
  }
  if (isCFamily(first) && edge.value("deps") !== "") {
    reading.compiled.push(absolute(first));
    if (/-MMD\b|--generate-nonsystem-dep/.test(edge.value("command"))) reading.userHeadersOnly = true;
  }
  for (const command of ownCommands(edge)) {
    const reads = readsOfCommand(command, build.folder, (path) => surroundings.kindOf(path));
    if (reads.kind === "compiles") return `a command of its own for ${output} runs ${reads.program}`;
    for (const path of reads.files) reading.files.add(path);
    for (const path of reads.folders) reading.folders.add(path);
  }
  return null;
}

/** Commands that the project wrote: of custom targets, and before and after linking. */
function ownCommands(edge: NinjaEdge): string[] {
  if (edge.rule.startsWith("CUSTOM_COMMAND")) return [edge.value("command")];
  return ["PRE_LINK", "POST_BUILD"].map((name) => edge.value(name)).filter((text) => !/^:?$/.test(text));
}
