import { type CToken, readCTokens } from "./c-tokens.ts";

/** A token and the preprocessor conditions that it stands under, outermost first, as they are written. */
export interface CPiece extends CToken {
  readonly conditions: readonly string[];
}

export interface CText {
  readonly pieces: readonly CPiece[];
  /** Macros without arguments that the file defines itself. */
  readonly defines: ReadonlyMap<string, string>;
}

interface Frame {
  readonly opened: string;
  /** Null for the guard against a second inclusion, which says nothing. */
  readonly shown: string | null;
}

/** Code without its directives. Both branches of an `#if` are read: which one holds is known to the build alone. */
export function readCText(text: string): CText {
  const tokens = readCTokens(text);
  const pieces: CPiece[] = [];
  const defines = new Map<string, string>();
  let frames: readonly Frame[] = [];
  let conditions: readonly string[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== "directive") {
      pieces.push({ kind: token.kind, text: token.text, line: token.line, conditions });
      continue;
    }
    const [, name, value] = /^#define (\w+) (\w+)$/.exec(token.text) ?? [];
    if (name !== undefined && value !== undefined) defines.set(name, value);
    frames = nextFrames(frames, token.text, tokens[at + 1]);
    conditions = frames.flatMap(({ shown }) => (shown === null ? [] : [shown]));
  }
  return { pieces, defines };
}

function nextFrames(frames: readonly Frame[], text: string, next: CToken | undefined): readonly Frame[] {
  const outer = frames.slice(0, -1);
  const top = frames.at(-1);
  if (text.startsWith("#if")) {
    const isGuard = next?.kind === "directive" && next.text === text.replace(/^#ifndef /, "#define ");
    return [...frames, { opened: text, shown: isGuard ? null : text }];
  }
  if (/^#endif\b/.test(text)) return outer;
  if (top === undefined) return frames;
  if (text.startsWith("#elif")) return [...outer, { ...top, shown: text }];
  if (/^#else\b/.test(text)) return [...outer, { ...top, shown: `#else of ${top.opened}` }];
  return frames;
}
