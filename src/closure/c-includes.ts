import { isInBlockComment } from "./c-comment.ts";
import type { SourceFacts } from "./facts.ts";

/**
 * What a C, C++, CUDA, HIP, Objective-C or assembler file includes. Conditions are not evaluated: a file under
 * any `#if` counts. Strings of a `#define` that look like a header count too, since `#include MACRO` may mean them; where
 * the file has one, strings that look like any file do.
 */
export function readCIncludes(text: string): SourceFacts {
  const includes = new Set<string>();
  const searched = new Set<string>();
  const others = new Set<string>();
  let hasMacro = false;
  // A search for the words is native code; a walk over all lines is not.
  for (const word of DIRECTIVES) {
    for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length)) {
      if (!followsHash(text, at) || isInBlockComment(text, at)) continue;
      const end = endOfDirective(text, at + word.length);
      const rest = text.slice(at + word.length, end);
      if (word === "define") readDefine(rest, includes, others);
      else if (MACRO.test(rest)) hasMacro = true;
      else readTarget(rest, includes, searched);
    }
  }
  if (text.includes("incbin") || text.includes(".include")) {
    for (const match of text.matchAll(/\.(?:incbin|include)\s*\\?["<]([^"<>\\\n]+)/g))
      add(includes, match[1]);
  }
  if (hasMacro) for (const name of others) includes.add(name);
  return { includes: [...includes], searched: [...searched] };
}

/** `#import` is Objective-C's, `#embed` C23's. `include` finds `include_next` as well. */
const DIRECTIVES = ["include", "import", "embed", "define"];

const HEADER = /^[\w./+-]+\.(?:h|hh|hpp|hxx|h\+\+|inl|inc|ipp|tcc|tpp|def|c|cc|cpp|cxx|cu|cuh)$/i;

/** `#include NAME`: what it means stands in a `#define`, perhaps of a file that is named like no header. */
const MACRO = /^(?:_next)?[ \t]+(?!__has_)[A-Za-z_]\w*/;
const FILE = /^[\w./+-]+\.[A-Za-z]\w*$/;

/** True where only blanks, line joins and comments stand between a line's start, its `#` and `at`. */
function followsHash(text: string, at: number): boolean {
  const hash = skipBack(text, at - 1);
  if (text[hash] !== "#" && !text.startsWith("%:", hash - 1)) return false;
  const before = skipBack(text, text[hash] === "#" ? hash - 1 : hash - 2);
  return before < 0 || text[before] === "\n" || text[before] === "\r" || before === bomAt(text);
}

function bomAt(text: string): number {
  return text.startsWith("\uFEFF") ? 0 : -1;
}

function skipBack(text: string, from: number): number {
  let at = from;
  for (;;) {
    const char = text[at];
    if (char === " " || char === "\t") at -= 1;
    else if (char === "\n" && /\\\r?$/.test(text.slice(Math.max(0, at - 2), at))) {
      at -= text[at - 1] === "\r" ? 3 : 2;
    } else if (char === "/" && text[at - 1] === "*" && text.lastIndexOf("/*", at - 2) !== -1) {
      at = text.lastIndexOf("/*", at - 2) - 1;
    } else return at;
  }
}

function endOfDirective(text: string, from: number): number {
  let end = text.indexOf("\n", from);
  while (end !== -1 && /\\\r?$/.test(text.slice(Math.max(from, end - 2), end)))
    end = text.indexOf("\n", end + 1);
  return end === -1 ? text.length : end;
}

function readTarget(rest: string, includes: Set<string>, searched: Set<string>): void {
  const match =
    /^(_next)?(?:\s|\\\r?\n|\/\*[\s\S]*?\*\/)*(?:"([^"\n]+)"|<([^>\n]+)>|\(?\s*__has_include)?/.exec(rest);
  if (match?.[2] !== undefined) {
    if (match[1] === undefined) add(includes, match[2]);
    else add(searched, match[2]);
  } else add(searched, match?.[3]);
}

function readDefine(rest: string, includes: Set<string>, others: Set<string>): void {
  if (!rest.includes('"') && !rest.includes("<")) return;
  for (const match of rest.matchAll(/["<]([^"<>\n]+)[">]/g)) {
    if (match[1] !== undefined && HEADER.test(match[1])) add(includes, match[1]);
    else if (match[1] !== undefined && FILE.test(match[1])) add(others, match[1]);
  }
}

function add(names: Set<string>, name: string | undefined): void {
  const clean = name?.trim().replaceAll("\\", "/");
  if (clean !== undefined && clean !== "") names.add(clean);
}
