/** Readers of single TOML values: `unknown` in, a value or what is wrong with it out. */

const MOST_MINUTES = 7 * 24 * 60;

export type ProblemCode = "E111" | "E112" | "E113";
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: ProblemCode; readonly text: string };
export type Reader<T> = (value: unknown) => Reading<T>;

export function good<T>(value: T): Reading<T> {
  return { ok: true, value };
}

export function bad(code: ProblemCode, message: string): Reading<never> {
  return { ok: false, code, text: message };
}

/** A string that is not empty and can be handed to a process. */
export function text(value: unknown): Reading<string> {
  if (typeof value !== "string") return bad("E112", `must be a string, not ${typeName(value)}`);
  if (value.trim() === "") return bad("E112", "must not be empty");
  return value.includes("\0") ? bad("E112", "must not hold a NUL character") : good(value);
}

/** A string that `pattern` accepts; `what` names the form in a message. */
export function textLike(pattern: RegExp, what: string): Reader<string> {
  return (value) => {
    const read = text(value);
    return !read.ok || pattern.test(read.value) ? read : bad("E112", `"${read.value}" is not ${what}`);
  };
}

/** `true` or `false`. */
export function yesOrNo(value: unknown): Reading<boolean> {
  return typeof value === "boolean"
    ? good(value)
    : bad("E112", `must be true or false, not ${typeName(value)}`);
}

/** A time in minutes, up to a week. */
export function minutes(value: unknown): Reading<number> {
  if (typeof value !== "number") return bad("E112", `must be a number of minutes, not ${typeName(value)}`);
  return value > 0 && value <= MOST_MINUTES
    ? good(value)
    : bad("E112", `must be more than 0 and at most ${MOST_MINUTES} minutes, not ${value}`);
}

export function oneOf<T extends string>(choices: readonly T[]): Reader<T> {
  return (value) => {
    const choice = choices.find((each) => each === value);
    if (choice !== undefined) return good(choice);
    return bad(
      "E112",
      `must be ${choices.map((each) => `"${each}"`).join(", ")}, not ${JSON.stringify(value)}`,
    );
  };
}

/** A list with at least one entry. */
export function list<T>(reader: Reader<T>): Reader<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return bad("E112", `must be a list, not ${typeName(value)}`);
    if (value.length === 0) return bad("E112", "must not be an empty list");
    const items: T[] = [];
    for (const item of value) {
      const read = reader(item);
      if (!read.ok) return bad(read.code, `entry ${items.length + 1} ${read.text}`);
      items.push(read.value);
    }
    return good(items);
  };
}

/** A glob inside the repository, `!` first to exclude. */
export function glob(value: unknown): Reading<string> {
  const read = text(value);
  if (!read.ok) return read;
  if (read.value.length > 1000) return bad("E112", "is longer than 1000 characters");
  const outside = whyOutside(read.value.replace(/^!/, ""));
  return outside === null ? read : bad("E113", `"${read.value}" ${outside}`);
}

/** A folder inside the repository, without the trailing slash. */
export function folder(value: unknown): Reading<string> {
  const read = text(value);
  if (!read.ok) return read;
  const path = read.value.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
  const outside = whyOutside(read.value) ?? (path === "" || path === "." ? "is the whole repository" : null);
  return outside === null ? good(path) : bad("E113", `"${read.value}" ${outside}`);
}

/** A program: relative to the repository or absolute, but never climbing out of it. */
export function program(value: unknown): Reading<string> {
  const read = text(value);
  if (!read.ok || !read.value.split("/").includes("..")) return read;
  return bad("E113", `"${read.value}" holds ".."; write it as an absolute path`);
}

/** "a string", "a table"... as TOML calls it. */
export function typeName(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a date";
  if (typeof value === "object") return "a table";
  if (typeof value === "string") return "a string";
  return typeof value === "boolean" ? "true or false" : "a number";
}

function whyOutside(path: string): string | null {
  if (/^(?:[/~]|[A-Za-z]:[/\\])/.test(path))
    return "is an absolute path; write it relative to the repository";
  const parts = path.split("/");
  // Also where braces or a character class would put it together: `{..,pkg}/x`, `[.][.]/x`.
  const isClimbing = /(^|[/{,(|])\.\.($|[/},)|])/.test(path.replace(/[[\]\\]/g, ""));
  if (isClimbing) return `holds ".."; paths stay inside the repository`;
  return parts[0] === ".git" ? "lies in the git dir" : null;
}
