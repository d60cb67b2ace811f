/** Which values the variables of a CMake file get. */
import type { RepoPath } from "../model.ts";
import type { CMakeNode } from "./cmake-blocks.ts";
import type { CMakeCommand } from "./cmake-tokens.ts";
import { assign, BUILD, expandAll, lookUp, type Scope, TREE, UNKNOWN } from "./cmake-values.ts";
import { folderOf } from "./file-kinds.ts";

/** Variables of a scope that hold what a program or a file said, such as `OUTPUT_VARIABLE` of `execute_process`. */
export type Told = Set<string>;

/** Where a piece of CMake code runs. */
export interface Place {
  /** The file that the code stands in. */
  readonly path: RepoPath;
  /** The folder of relative paths; null: that of whoever includes or calls it. */
  readonly folder: RepoPath | null;
}

/**
 * Folders that CMake names itself.
 * @param isForeign the body of a function that another file calls: it sees the caller's folders.
 */
export function assignFolders(scope: Scope, place: Place, hasProject: boolean, isForeign = false): void {
  const own = TREE + folderOf(place.path);
  const source = place.folder === null ? UNKNOWN : TREE + place.folder;
  const isTop = place.path === "CMakeLists.txt";
  assign(scope, "CMAKE_CURRENT_SOURCE_DIR", [source]);
  assign(scope, "CMAKE_CURRENT_LIST_DIR", [isForeign ? UNKNOWN : own]);
  assign(scope, "CMAKE_CURRENT_FUNCTION_LIST_DIR", [own]);
  assign(scope, "CMAKE_SOURCE_DIR", [isTop ? TREE : UNKNOWN]);
  assign(scope, "PROJECT_SOURCE_DIR", [hasProject ? own : UNKNOWN]);
  for (const name of ["CMAKE_BINARY_DIR", "CMAKE_CURRENT_BINARY_DIR", "PROJECT_BINARY_DIR"]) {
    assign(scope, name, [BUILD]);
  }
}

/**
 * Adds what the nodes assign to `scope`. An assignment under a condition leaves open what the variable was before,
 * unless an `else` stands beside it.
 */
export function assignAll(nodes: readonly CMakeNode[], scope: Scope, told: Told, isSure = true): void {
  for (const node of nodes) {
    if (node.kind === "command") assignOne(node.command, scope, told, isSure);
    else if (node.kind === "if") {
      const named = new Set(node.branches.flatMap(({ condition }) => (condition ?? []).flatMap(namesIn)));
      for (const name of named)
        if (
          assignsTo(
            node.branches.flatMap(({ body }) => body),
            name,
          )
        )
          open(scope, name);
      const isWhole = node.branches.at(-1)?.condition === null;
      for (const { body } of node.branches) assignAll(body, scope, told, isSure && isWhole);
    } else if (node.kind === "foreach") {
      assignLoop(node.head, scope, told);
      assignAll(node.body, scope, told, isSure);
    } else if (node.kind === "other") assignAll(node.body, scope, told, isSure);
  }
}

function namesIn({ text }: { readonly text: string }): string[] {
  return text.match(/[A-Za-z_]\w*/g) ?? [];
}

function assignsTo(nodes: readonly CMakeNode[], name: string): boolean {
  return nodes.some((node) => {
    if (node.kind === "command") return node.command.name === "set" && node.command.args[0]?.text === name;
    if (node.kind === "if") return node.branches.some(({ body }) => assignsTo(body, name));
    return assignsTo(node.body, name);
  });
}

function open(scope: Scope, name: string): void {
  assign(scope, name, [UNKNOWN]);
}

function assignLoop({ args }: CMakeCommand, scope: Scope, told: Told): void {
  const [first, ...rest] = args;
  if (first === undefined) return;
  const isIn = rest[0]?.text === "IN";
  const isList = rest.some(({ text }) => text === "LISTS" || text === "ZIP_LISTS");
  const values =
    rest[0]?.text === "RANGE"
      ? [UNKNOWN]
      : isIn && isList
        ? rest.flatMap(({ text, kind }) =>
            kind === "bare" && /^\w+$/.test(text) ? lookUp(scope, text) : expandAll([{ text, kind }], scope),
          )
        : expandAll(isIn ? rest.slice(2) : rest, scope);
  assign(scope, first.text, values);
  if (mentionsTold(rest, told)) told.add(first.text);
}

function assignOne({ name, args }: CMakeCommand, scope: Scope, told: Told, isSure: boolean): void {
  const [first, second, third] = args.map(({ text }) => text);
  const put = (variable: string | undefined, values: readonly string[]): void => {
    if (variable === undefined || variable.includes("$")) return;
    if (!isSure && !scope.own.has(variable)) open(scope, variable);
    assign(scope, variable, values);
    if (mentionsTold(args, told)) told.add(variable);
  };
  if (name === "set" && first !== undefined && !first.startsWith("ENV{")) {
    const end = args.findIndex(({ text, kind }) => kind === "bare" && /^(?:CACHE|PARENT_SCOPE)$/.test(text));
    const values = expandAll(args.slice(1, end === -1 ? undefined : end), scope);
    put(first, args[end]?.text === "CACHE" ? [...values, UNKNOWN] : values);
  } else if (name === "list" && second !== undefined) {
    if (first === "APPEND" || first === "PREPEND" || first === "INSERT") {
      if (!scope.own.has(second)) open(scope, second);
      put(second, expandAll(args.slice(first === "INSERT" ? 3 : 2), scope));
    } else if (first === "TRANSFORM")
      assignTransformed(
        args.map(({ text }) => text),
        args,
        scope,
        put,
      );
    else for (const out of args.slice(2)) put(out.text, [UNKNOWN]);
  } else if (name === "file" && second !== undefined) {
    if (first?.startsWith("GLOB") === true) put(second, expandAll(args.slice(2), scope));
    else if (first === "READ" || first === "STRINGS") put(third, tell(third, told));
    else for (const out of args.slice(1)) if (/^\w+$/.test(out.text)) put(out.text, [UNKNOWN]);
  } else if (name === "get_filename_component" || name === "cmake_path") {
    assignPath(
      args.map(({ text }) => text),
      name,
      args,
      scope,
      put,
    );
  } else if (name === "execute_process" || name === "exec_program") {
    args.forEach(({ text }, at) => {
      const out = args[at + 1]?.text;
      if (/^(?:OUTPUT|ERROR|RESULT)\w*_VARIABLE$|^(?:OUTPUT|RETURN)_VALUE$/.test(text))
        put(out, tell(out, told));
    });
  } else if (name === "string" || name === "math" || name === "option" || /^(?:find_|get_)/.test(name)) {
    for (const out of args)
      if (out.kind === "bare" && /^[A-Za-z_]\w*$/.test(out.text)) put(out.text, [UNKNOWN]);
  }
}

function tell(variable: string | undefined, told: Told): string[] {
  if (variable !== undefined) told.add(variable);
  return [UNKNOWN];
}

type Put = (variable: string | undefined, values: readonly string[]) => void;
type Arguments = CMakeCommand["args"];

/** `list(TRANSFORM <list> PREPEND <value>)`: the list holds what it held and the new members. */
function assignTransformed(words: readonly string[], args: Arguments, scope: Scope, put: Put): void {
  const [, list = "", action, piece] = words;
  const at = words.indexOf("OUTPUT_VARIABLE");
  const out = at === -1 ? list : words[at + 1];
  const members = lookUp(scope, list);
  const pieces = piece === undefined ? [] : expandAll(args.slice(3, 4), scope);
  if (action === "PREPEND")
    put(
      out,
      pieces.flatMap((one) => members.map((member) => one + member)),
    );
  else if (action === "APPEND")
    put(
      out,
      pieces.flatMap((one) => members.map((member) => member + one)),
    );
  else put(out, [UNKNOWN]);
}

/** Folders of paths are followed, since they are what names are put together from; other parts are unknown. */
function assignPath(words: readonly string[], name: string, args: Arguments, scope: Scope, put: Put): void {
  const [out, , mode] = words;
  if (name !== "get_filename_component") {
    for (const word of words.slice(1)) if (/^[A-Za-z_]\w*$/.test(word)) put(word, [UNKNOWN]);
    return;
  }
  const values = expandAll(args.slice(1, 2), scope);
  if (mode === "ABSOLUTE" || mode === "REALPATH") put(out, values);
  else if (mode === "DIRECTORY" || mode === "PATH") {
    put(
      out,
      values.map((value) => (/[^/]\/+[^/]/.test(value) ? value.replace(/\/+[^/]*\/*$/, "") : UNKNOWN)),
    );
  } else if (mode === "NAME_WE" || mode === "NAME_WLE") {
    put(
      out,
      values.map((value) => (value.split("/").at(-1) ?? value).replace(/\.[^.]*$/, "")),
    );
  } else put(out, [UNKNOWN]);
}

function mentionsTold(args: Arguments, told: Told): boolean {
  return (
    told.size > 0 &&
    args.some(({ text }) => [...text.matchAll(/\$\{(\w+)\}/g)].some((m) => told.has(m[1] ?? "")))
  );
}
