import { ownFile } from "../../package-root.ts";

/** How a call hands over its arguments. */
export interface CallShape {
  readonly positional: number;
  readonly keywords: readonly string[];
}

/** One place of a Python file that needs a native name. */
export interface Use {
  readonly kind: "operator" | "name" | "module";
  /** Namespace of the operator, or the dotted module, with leading dots as an import writes them. */
  readonly space: string;
  /** Empty for a module. */
  readonly name: string;
  /** Of an operator, or empty. */
  readonly overload: string;
  readonly line: number;
  /** What makes the use optional, in the file's own words; null: nothing does. */
  readonly guard: string | null;
  /** Null where it is no call, or hides its arguments behind `*`. */
  readonly call: CallShape | null;
}

const TIME_LIMIT_MS = 60_000;

/**
 * The uses in each of the texts, found by the interpreter's own grammar in one process that imports nothing of the
 * project (`-I -S`). Null: the interpreter gave no answer.
 * @param modules last parts of the native modules' names.
 */
export async function readUses(
  python: string,
  modules: readonly string[],
  texts: readonly string[],
): Promise<readonly (readonly Use[])[] | null> {
  if (texts.length === 0) return [];
  const { execa } = await import("execa");
  const answer = await execa(python, ["-I", "-S", "-B", ownFile("dist", "verify", "callers.py")], {
    cwd: "/",
    input: JSON.stringify({ modules, texts }),
    reject: false,
    timeout: TIME_LIMIT_MS,
    maxBuffer: 256 * 1024 * 1024,
  });
  if (answer.exitCode !== 0) return null;
  const lists = parseLists(answer.stdout);
  return lists?.length === texts.length ? lists : null;
}

/** Uses as they came from a process or a file; null where one is not a use. */
export function parseUses(value: unknown): readonly Use[] | null {
  if (!Array.isArray(value)) return null;
  const uses = value.map(parseUse);
  return uses.every((use) => use !== null) ? uses : null;
}

function parseLists(text: string): readonly (readonly Use[])[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(value)) return null;
  const lists = value.map(parseUses);
  return lists.every((list) => list !== null) ? lists : null;
}

function parseUse(value: unknown): Use | null {
  if (typeof value !== "object" || value === null) return null;
  const {
    kind,
    space,
    name,
    overload = "",
    line,
    guard = null,
    call = null,
  }: Record<string, unknown> = { ...value };
  if (kind !== "operator" && kind !== "name" && kind !== "module") return null;
  if (typeof space !== "string" || typeof name !== "string" || typeof line !== "number") return null;
  if (typeof overload !== "string" || !(guard === null || typeof guard === "string")) return null;
  return { kind, space, name, overload, line, guard, call: parseCall(call) };
}

function parseCall(value: unknown): CallShape | null {
  if (typeof value !== "object" || value === null) return null;
  const { positional, keywords }: Record<string, unknown> = { ...value };
  if (typeof positional !== "number" || !Array.isArray(keywords)) return null;
  const names = keywords.filter((keyword): keyword is string => typeof keyword === "string");
  return { positional, keywords: names };
}
