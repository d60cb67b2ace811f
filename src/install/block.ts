/**
 * Our lines in a hook file, between two marker lines. Pure text; a file's bytes are carried one character each
 * (latin1), so that what others wrote survives whatever its encoding.
 */
export const BEGIN = "# >>> rebuild-if-needed >>>";
export const END = "# <<< rebuild-if-needed <<<";

/** The lines for a hook file that belongs to the project. The same on every machine: it may be committed. */
export const SHARED_BLOCK: string = `${BEGIN} does nothing in clones where \`rebuild-if-needed install\` was not run
rebuild_if_needed_status=$?
rebuild_if_needed_hook=.git/rebuild-if-needed/hooks/\${0##*/}
[ -f "$rebuild_if_needed_hook" ] ||
  rebuild_if_needed_hook=$(git rev-parse --git-common-dir)/rebuild-if-needed/hooks/\${0##*/}
[ ! -x "$rebuild_if_needed_hook" ] || "$rebuild_if_needed_hook" "$@"
(exit $rebuild_if_needed_status)
${END}`;

interface Span {
  readonly from: number;
  /** End of the closing marker, before its line end. */
  readonly to: number;
}

export function hasBlock(text: string): boolean {
  return findBlock(text) !== null;
}

/** Our lines with their markers, without the last line end; null when the text has none. */
export function blockOf(text: string): string | null {
  const span = findBlock(text);
  return span === null ? null : text.slice(span.from, span.to);
}

/** True when nothing runs before our lines: only blank lines and comments, such as the shebang, come first. */
export function isBlockFirst(text: string): boolean {
  const span = findBlock(text);
  if (span === null) return false;
  return text
    .slice(0, span.from)
    .split("\n")
    .every((line) => /^\s*(#|$)/.test(line));
}

/** Puts `block` in place of an older one, or at the end. A missing last line end stays missing, see `withoutBlock`. */
export function withBlock(text: string, block: string): string {
  const span = findBlock(text);
  if (span !== null) return text.slice(0, span.from) + block + text.slice(span.to);
  return text === "" || text.endsWith("\n") ? `${text}${block}\n` : `${text}\n${block}`;
}

/** The text as it was before `withBlock`: no line end after the block means that there was none before it. */
export function withoutBlock(text: string): string {
  const span = findBlock(text);
  if (span === null) return text;
  const before = text.slice(0, span.from);
  const after = text.slice(span.to);
  return after === "" ? before.replace(/\n$/, "") : before + after.replace(/^\r?\n/, "");
}

/** True for what is left of a file that we made ourselves. */
export function isEmptyHook(text: string): boolean {
  return ["", "#!/bin/sh"].includes(text.trim());
}

function findBlock(text: string): Span | null {
  const from = lineStart(text, BEGIN, 0);
  const end = from === -1 ? -1 : lineStart(text, END, from);
  return end === -1 ? null : { from, to: end + END.length };
}

function lineStart(text: string, marker: string, from: number): number {
  if (text.startsWith(marker, from)) return from;
  const at = text.indexOf(`\n${marker}`, from);
  return at === -1 ? -1 : at + 1;
}
