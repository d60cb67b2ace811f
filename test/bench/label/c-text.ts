/** A C, C++ or CUDA file as far as a compiler would read it, without running one. */
import { Branches, evaluate } from "./three-valued.ts";

export interface CText {
  /** Tokens of the live lines: equal for files that differ in comments, layout and dead branches only. */
  readonly normal: string;
  /** As written between the quotes or brackets of live `#include` lines. */
  readonly includes: readonly string[];
}

const COMMENTS_AND_STRINGS =
  /R"([^(\s"]*)\([\s\S]*?\)\1"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** `undefinedNames`: macros that are certainly not defined in the build that is labelled. */
export function readC(text: string, undefinedNames: ReadonlySet<string>): CText {
  const plain = text
    .replaceAll(/\\\r?\n/g, " ")
    .replaceAll(COMMENTS_AND_STRINGS, (found) => (found.startsWith("/") ? " " : found));
  const branches = new Branches();
  const lines: string[] = [];
  const includes: string[] = [];
  for (const line of plain.split("\n")) {
    const [, word = "", rest = ""] = /^\s*#\s*(\w+)\s*(.*)$/.exec(line) ?? [];
    const wasLive = branches.live;
    if (word === "if" || word === "elif") {
      const value = condition(rest, undefinedNames);
      if (word === "if") branches.if(value);
      else branches.elseIf(value);
    } else if (word === "ifdef") branches.if(undefinedNames.has(rest.trim()) ? false : null);
    else if (word === "ifndef") branches.if(undefinedNames.has(rest.trim()) ? true : null);
    else if (word === "else") branches.elseIf(true);
    else if (word === "endif") branches.end();
    const name = word === "include" && branches.live ? /^["<]([^">]+)[">]/.exec(rest)?.[1] : undefined;
    if (name !== undefined) includes.push(name);
    if (wasLive || branches.live) lines.push(normalLine(line));
  }
  return { normal: lines.join(" "), includes };
}

function normalLine(line: string): string {
  const tokens = line.match(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\w+|[^\s\w]/g) ?? [];
  const isDirective = tokens[0] === "#";
  return isDirective ? `\n${tokens.join(" ")}\n` : tokens.join(" ");
}

function condition(text: string, undefinedNames: ReadonlySet<string>): boolean | null {
  const simple = text.replaceAll(/\bdefined\s*(?:\(\s*(\w+)\s*\)|(\w+))/g, (_all, a?: string, b?: string) =>
    undefinedNames.has(a ?? b ?? "") ? "_NO" : "_MAYBE",
  );
  const tokens = simple.match(/&&|\|\||\(|\)|!(?!=)|[^&|()!]+(?:!=[^&|()!]+)?/g) ?? [];
  const words = tokens.map((token) => token.trim()).filter((token) => token !== "");
  return evaluate(words, (atom) =>
    atom === "_NO" ? false : atom === "0" ? false : atom === "1" ? true : null,
  );
}
