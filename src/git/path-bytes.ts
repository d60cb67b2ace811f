/**
 * Git paths are bytes. We carry them as strings: valid UTF-8 as itself, every other byte b as the lone
 * surrogate U+DC00+b (Python's "surrogateescape"), so that any file name survives a round trip through JSON.
 */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function decodePath(bytes: Buffer): string {
  const text = bytes.toString("latin1");
  if (!/[\u0080-\u00FF]/.test(text)) return text; // nearly all; a decoder's call costs more than all the rest
  try {
    return decoder.decode(bytes);
  } catch {
    return decodeEscaped(bytes);
  }
}

/** What to hand to `node:fs`: a string where possible, bytes where the name is not UTF-8. */
export function encodePath(path: string): string | Buffer {
  return /[\uDC80-\uDCFF]/u.test(path) ? toBytes(path) : path;
}

export function toBytes(path: string): Buffer {
  const parts: Buffer[] = [];
  for (const char of path) {
    const code = char.codePointAt(0) ?? 0;
    parts.push(code >= 0xdc80 && code <= 0xdcff ? Buffer.from([code - 0xdc00]) : Buffer.from(char));
  }
  return Buffer.concat(parts);
}

/** Path for people: control characters and broken bytes shown as `\xNN`. */
export function showPath(path: string): string {
  return path.replace(/[\u0000-\u001F\u007F\uDC80-\uDCFF]/gu, (char) => {
    const code = (char.codePointAt(0) ?? 0) & 0xff;
    return `\\x${code.toString(16).padStart(2, "0")}`;
  });
}

function decodeEscaped(bytes: Buffer): string {
  let text = "";
  let at = 0;
  while (at < bytes.length) {
    const length = validLength(bytes, at);
    if (length > 0) {
      text += bytes.toString("utf8", at, at + length);
      at += length;
    } else {
      text += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
      at += 1;
    }
  }
  return text;
}

function validLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  try {
    decoder.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}
