/**
 * A literal keyword of the `setup(...)` call, read without running anything: `name="x"`, or `name=NAME` with
 * `NAME = "x"` at the start of a line. Null when it is computed. `Extension(name=...)` inside is not taken for it.
 */
export function setupKeyword(source: string, keyword: string): string | null {
  const start = /(?:^|[\s.])setup\(/m.exec(source);
  if (start === null) return null;
  const call = source.slice(start.index + start[0].length);
  const value = new RegExp(
    `(?:^|[,(\\s])${keyword}\\s*=\\s*(?:(["'])([^"'\\n]*)\\1|([A-Za-z_]\\w*))\\s*(?=[,)])`,
  ).exec(topLevel(call));
  if (value?.[2] !== undefined) return value[2];
  if (value?.[3] === undefined) return null;
  return new RegExp(`^${value[3]}\\s*=\\s*(["'])([^"'\\n]*)\\1`, "m").exec(source)?.[2] ?? null;
}

/** True when setup.py builds something native. */
export function buildsExtensions(source: string): boolean {
  return /\b(?:ext_modules|Extension\(|[A-Za-z]*Extension\(|cythonize|build_ext|cffi_modules|numpy\.distutils)/.test(
    source,
  );
}

/** The text of the call's own arguments: what stands in nested brackets and comments is left out. */
function topLevel(call: string): string {
  let depth = 0;
  let kept = "";
  for (const token of call.matchAll(
    /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#.*|[\s\S]/g,
  )) {
    const [piece] = token;
    if (piece.startsWith("#")) continue;
    if (piece === ")" && depth === 0) return `${kept})`;
    if ("([{".includes(piece)) depth += 1;
    else if (")]}".includes(piece)) depth -= 1;
    else if (depth === 0) kept += piece;
  }
  return kept;
}
