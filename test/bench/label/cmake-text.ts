/** A CMake file as a list of the commands that can run, by an own small reading of the language. */
import { Branches, evaluate } from "./three-valued.ts";

export interface CMakeCommand {
  /** Lower case. */
  readonly name: string;
  readonly args: readonly string[];
}

/** Values of variables that are certain in the build that is labelled; "" is false. */
export type KnownVariables = ReadonlyMap<string, string>;

const COMPARISONS = new Set([
  "STREQUAL",
  "EQUAL",
  "MATCHES",
  "IN_LIST",
  "LESS",
  "GREATER",
  "LESS_EQUAL",
  "GREATER_EQUAL",
  ...["EQUAL", "LESS", "GREATER", "LESS_EQUAL", "GREATER_EQUAL"].map((name) => `VERSION_${name}`),
]);

/** Commands of all branches that can be taken. Bodies of functions and loops are read as if they ran once. */
export function liveCommands(text: string, known: KnownVariables): CMakeCommand[] {
  const branches = new Branches();
  const live: CMakeCommand[] = [];
  for (const command of parse(text)) {
    switch (command.name) {
      case "if":
        branches.if(condition(command.args, known));
        break;
      case "elseif":
        branches.elseIf(condition(command.args, known));
        break;
      case "else":
        branches.elseIf(true);
        break;
      case "endif":
        branches.end();
        break;
      default:
        if (branches.live) live.push(command);
        continue;
    }
    if (branches.live) live.push(command);
  }
  return live;
}

function parse(text: string): CMakeCommand[] {
  const token =
    /#\[(=*)\[[\s\S]*?\]\1\]|#[^\n]*|\[(=*)\[([\s\S]*?)\]\2\]|"((?:\\[\s\S]|[^"\\])*)"|[()]|(?:[^\s()#"\\]|\\.)+/g;
  const commands: CMakeCommand[] = [];
  let open: { name: string; args: string[] } | null = null;
  let depth = 0;
  let word = "";
  for (const match of text.matchAll(token)) {
    const [all] = match;
    if (all.startsWith("#")) continue;
    const value = match[3] ?? match[4] ?? all;
    if (open === null) {
      if (all === "(") {
        open = { name: word.toLowerCase(), args: [] };
        depth = 1;
      } else word = all;
      continue;
    }
    if (all === "(") depth++;
    if (all === ")" && --depth === 0) {
      commands.push(open);
      open = null;
    } else open.args.push(value);
  }
  return commands;
}

function condition(args: readonly string[], known: KnownVariables): boolean | null {
  const tokens: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? "";
    const operator = args[at + 1] ?? "";
    if (COMPARISONS.has(operator)) {
      tokens.push(`${word}\0${operator}\0${args[at + 2] ?? ""}`);
      at += 2;
    } else if (["DEFINED", "EXISTS", "TARGET", "COMMAND", "IS_ABSOLUTE"].includes(word)) {
      tokens.push("\0unknown");
      at++;
    } else tokens.push({ NOT: "!", AND: "&&", OR: "||" }[word] ?? word);
  }
  return evaluate(tokens, (atom) => {
    const [left = "", operator, right = ""] = atom.split("\0");
    const value = known.get(left.replace(/^\$\{(\w+)\}$/, "$1"));
    if (value === undefined) return null;
    if (operator === undefined) return value !== "";
    return operator === "STREQUAL" ? value === right : null;
  });
}
