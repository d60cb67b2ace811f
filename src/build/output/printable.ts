/** What a stranger's program printed, made safe for a terminal. Pure. */

/** Escape sequences whole: those of colours and cursors (CSI), of titles and links (OSC and its like), and short ones. */
const ESCAPES =
  /[\u001B\u009B](?:(?<=\u009B)|\[)[0-?]*[ -/]*[@-~]?|\u001B[\]PX^_][^\u0007\u001B\u009C]*(?:\u0007|\u001B\\|\u009C)?|\u001B[ -/]*[0-~]?/g;

/** What could still move the cursor, or show a text in another order than it has. */
const CONTROLS = /[\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;

/** Without escape sequences. Tabs and other control characters stay. */
export function withoutEscapes(text: string): string {
  return /[\u001B\u009B]/.test(text) ? text.replace(ESCAPES, "") : text;
}

/**
 * One line for a terminal: no escape sequence, no control character, and no more than so many characters.
 * @param most characters; what is longer ends in `...`.
 */
export function printable(line: string, most = 1000): string {
  const cut = line.length > most * 8 ? line.slice(0, most * 8) : line;
  const plain = withoutEscapes(cut).replaceAll("\t", "    ").replace(CONTROLS, "");
  return plain.length > most || cut !== line ? `${plain.slice(0, most - 3)}...` : plain;
}
