import { crypto } from "../late-modules.ts";

export const PYPROJECT = "pyproject.toml";

/**
 * Content id of the tables of a pyproject.toml that can change a build. A file that cannot be parsed counts
 * whole: unknown means changed.
 */
export async function pyprojectId(text: string, tables: readonly string[]): Promise<string> {
  const [{ parse }, { buildTable }] = await Promise.all([
    import("smol-toml"),
    import("./parts/pyproject-tables.ts"),
  ]);
  let document: unknown;
  try {
    document = parse(text);
  } catch {
    return `text:${sha256(text)}`;
  }
  const chosen = tables.map((table) => [table, buildTable(table, lookUp(document, table.split(".")))]);
  return `tables:${sha256(JSON.stringify(canonical(chosen)))}`;
}

function lookUp(value: unknown, keys: readonly string[]): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return null;
    found = new Map<string, unknown>(Object.entries(found)).get(key);
  }
  return found;
}

/** Order of keys is not content; what JSON cannot tell apart (big integers, dates) gets a name of its own. */
function canonical(value: unknown): unknown {
  if (typeof value === "bigint") return { "": "integer", value: String(value) };
  if (value instanceof Date) return { "": "date", value: value.toISOString() };
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return entries.map(([key, child]) => [key, canonical(child)]);
}

function sha256(text: string): string {
  return crypto().createHash("sha256").update(text).digest("hex");
}
