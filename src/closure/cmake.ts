import type { RepoPath } from "../model.ts";
import { assignAll, assignFolders, type Place, type Told } from "./cmake-assign.ts";
import { type CMakeNode, nestCommands } from "./cmake-blocks.ts";
import { guardsBehind, guardsOf, isAsideSwitch, isFalse } from "./cmake-guards.ts";
import { addMentions, type Mentions } from "./cmake-mentions.ts";
import { type CMakeCommand, readCommands } from "./cmake-tokens.ts";
import { assign, expandAll, newScope, type Scope, UNKNOWN } from "./cmake-values.ts";
import { folderOf } from "./file-kinds.ts";
import type { BuildFileFacts } from "./facts.ts";

/** What counts only if another file says so. */
export interface CMakeCondition extends BuildFileFacts {
  /** Switches that must be on; `!SKBUILD`: that scikit-build-core is not what builds. */
  readonly guards: readonly string[];
  /** The function whose body it is, called from another file; null: the file's own code. */
  readonly calledAs: string | null;
}

/** What a CMake file says, also to the files that it is read together with. */
export interface CMakeFacts extends BuildFileFacts {
  readonly conditions: readonly CMakeCondition[];
  /** Switches for tests and the like that it declares to be off, and those that it turns on, or may. */
  readonly turnsOff: readonly string[];
  readonly turnsOn: readonly string[];
  /** Functions and macros that it defines, and all commands that it calls. Lower case. */
  readonly defines: readonly string[];
  readonly calls: readonly string[];
}

/**
 * Reads a CMakeLists.txt or a `.cmake` file by itself. Both sides of an `if` count, a variable has all values that the
 * file gives it, and what comes from elsewhere is a wildcard.
 */
export function readCMake(text: string, path: RepoPath): CMakeFacts {
  const commands = readCommands(text);
  const nodes = nestCommands(commands);
  const isList = path.endsWith("CMakeLists.txt");
  const place: Place = { path, folder: isList ? folderOf(path) : null };
  const scope = newScope(null);
  const told: Told = new Set();
  assignFolders(
    scope,
    place,
    commands.some(({ name }) => name === "project"),
  );
  assignAll(nodes, scope, told);
  const functions = findFunctions(nodes);
  const found: Found = new Map();
  readNodes(nodes, { place, scope, told, functions, found, guards: [], calledAs: null, depth: 0 });
  for (const [name, node] of functions) {
    readCall(node, null, {
      place: { path, folder: null },
      scope: newScope(scope),
      told,
      functions,
      found,
      guards: [],
      calledAs: name,
      depth: 0,
    });
  }
  return {
    ...factsOf(found.get("")),
    conditions: [...found.values()]
      .filter(({ guards, calledAs }) => guards.length > 0 || calledAs !== null)
      .map((one) => ({ ...factsOf(one), guards: one.guards, calledAs: one.calledAs })),
    turnsOff: commands.flatMap(turnedOff),
    turnsOn: commands.flatMap(turnedOn),
    defines: [...functions.keys()],
    calls: [...new Set(commands.map(({ name }) => name))],
  };
}

interface FoundGroup extends Mentions {
  readonly guards: readonly string[];
  readonly calledAs: string | null;
  open: string | null;
}

/** By guards and function. */
type Found = Map<string, FoundGroup>;

interface Context {
  readonly place: Place;
  readonly scope: Scope;
  readonly told: Told;
  readonly functions: ReadonlyMap<string, FunctionNode>;
  readonly found: Found;
  readonly guards: readonly string[];
  readonly calledAs: string | null;
  readonly depth: number;
}

type FunctionNode = Extract<CMakeNode, { kind: "function" | "foreach" | "other" }>;

function readNodes(nodes: readonly CMakeNode[], context: Context): void {
  for (const node of nodes) {
    if (node.kind === "command") readCommand(node.command, context);
    else if (node.kind === "if") {
      let behind: readonly string[] = [];
      for (const { condition, body } of node.branches) {
        const own = condition === null ? [] : guardsOf(condition);
        readNodes(body, { ...context, guards: [...new Set([...context.guards, ...behind, ...own])].sort() });
        if (condition !== null) behind = [...behind, ...guardsBehind(condition)];
      }
    } else if (node.kind === "function") continue; // read where it is called
    else {
      if (node.kind === "foreach") readCommand(node.head, context);
      readNodes(node.body, context);
    }
  }
}

function readCommand(command: CMakeCommand, context: Context): void {
  const group = groupOf(context);
  addMentions(command, context.scope, context.place.folder, group);
  if (TARGET_SOURCES.test(command.name)) group.open ??= toldSource(command, context.told);
  const called = context.functions.get(command.name);
  if (called !== undefined && context.depth < 4) {
    readCall(called, command, { ...context, scope: newScope(context.scope), depth: context.depth + 1 });
  }
}

/** Reads a function's body with the arguments of one call; without a call, any arguments. */
function readCall(node: FunctionNode, call: CMakeCommand | null, context: Context): void {
  const { scope } = context;
  const params = node.head.args.slice(1).map(({ text }) => text);
  if (call === null) assignFolders(scope, context.place, false, true);
  params.forEach((param, at) => {
    assign(scope, param, call === null ? [UNKNOWN] : expandAll(call.args.slice(at, at + 1), scope));
  });
  const rest = call === null ? [UNKNOWN] : expandAll(call.args.slice(params.length), scope);
  assign(scope, "ARGN", rest);
  assign(scope, "ARGV", call === null ? [UNKNOWN] : expandAll(call.args, scope));
  assignAll(node.body, scope, context.told);
  readNodes(node.body, context);
}

function findFunctions(nodes: readonly CMakeNode[]): Map<string, FunctionNode> {
  const functions = new Map<string, FunctionNode>();
  for (const node of nodes) {
    if (node.kind === "function") functions.set((node.head.args[0]?.text ?? "").toLowerCase(), node);
    const inner =
      node.kind === "if" ? node.branches.map(({ body }) => body) : node.kind === "command" ? [] : [node.body];
    for (const body of inner) for (const [name, one] of findFunctions(body)) functions.set(name, one);
  }
  return functions;
}

/** Commands that make a target out of sources. */
const TARGET_SOURCES =
  /^(?:add_library|add_executable|target_sources|\w*add_(?:module|library|extension)\w*)$/;

/** Sources that a program printed can be any files. */
function toldSource({ name, args }: CMakeCommand, told: Told): string | null {
  for (const { text } of args) {
    const variable = /^\$\{(\w+)\}$/.exec(text)?.[1];
    if (variable !== undefined && told.has(variable)) {
      return `${name} takes its sources from \${${variable}}, which a program or a file tells`;
    }
  }
  return null;
}

/** `option(X "..." OFF)`, `set(X OFF CACHE BOOL "...")`. */
function turnedOff({ name, args }: CMakeCommand): string[] {
  const [first = "", second, third] = args.map(({ text }) => text);
  const isOff =
    (name === "option" && isFalse(third)) || (name === "set" && second !== undefined && isFalse(second));
  return isOff && isAsideSwitch(first) ? [first] : [];
}

/** Whatever else has the name may give it a value: a `set`, a search, a function with a result. */
function turnedOn(command: CMakeCommand): string[] {
  const { name, args } = command;
  if (name === "include" && args[0]?.text === "CTest") return ["BUILD_TESTING"];
  if (
    turnedOff(command).length > 0 ||
    /^(?:if|elseif|else|endif|message|mark_as_advanced|unset|install|add_feature_info)$/.test(name)
  )
    return [];
  return args.map(({ text }) => text).filter(isAsideSwitch);
}

function groupOf({ found, guards, calledAs }: Context): FoundGroup {
  const key = guards.length === 0 && calledAs === null ? "" : `${guards.join("&")}|${calledAs ?? ""}`;
  const known = found.get(key) ?? { guards, calledAs, open: null, sources: new Set(), reads: new Set() };
  found.set(key, known);
  return known;
}

function factsOf(group: FoundGroup | undefined): BuildFileFacts {
  return {
    sources: [...(group?.sources ?? [])],
    reads: [...(group?.reads ?? [])],
    open: group?.open ?? null,
  };
}
