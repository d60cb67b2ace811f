import { parse, TomlError } from "smol-toml";

export type Toml =
  | { readonly ok: true; readonly table: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly line: number; readonly text: string };

/** Parses TOML; a syntax error becomes its line and one sentence. */
export function parseToml(text: string): Toml {
  const known = recent.find((one) => one.text === text);
  if (known !== undefined) return known.toml;
  const toml = parseAnew(text);
  recent = [{ text, toml }, ...recent].slice(0, 2);
  return toml;
}

/** One look asks for the same pyproject.toml twice, and for a configuration of its own between. */
let recent: readonly { readonly text: string; readonly toml: Toml }[] = [];

function parseAnew(text: string): Toml {
  try {
    return { ok: true, table: parse(text, { integersAsBigInt: "asNeeded" }) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [first = ""] = error.message.split("\n");
    return { ok: false, line: error.line, text: first.replace("Invalid TOML document: ", "") };
  }
}

/** The table at a dotted path such as `tool.scikit-build`, or null. */
export function tableAt(root: unknown, path: string): Readonly<Record<string, unknown>> | null {
  let found = root;
  for (const key of path.split(".")) {
    if (!isTable(found) || !Object.hasOwn(found, key)) return null;
    found = found[key];
  }
  return isTable(found) ? found : null;
}

/** True for a TOML table; dates, arrays and scalars are none. */
export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
