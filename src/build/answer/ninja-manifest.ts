/** `build.ninja` as data: https://ninja-build.org/manual.html#_ninja_file_reference. Pure. */

/** One `build` statement. Paths are as written, with variables put in. */
export interface NinjaEdge {
  readonly rule: string;
  readonly outputs: readonly string[];
  /** What `$in` is. */
  readonly explicit: readonly string[];
  /** Explicit, implicit and order-only ones. */
  readonly inputs: readonly string[];
  /** A variable of the statement or else of its rule; empty when neither has it. */
  value(name: string): string;
}

export interface NinjaManifest {
  readonly edges: readonly NinjaEdge[];
  readonly defaults: readonly string[];
}

type Scope = Map<string, string>;

/**
 * Reads a manifest and the files that it includes.
 * @param read gives the text of a file named in it, or null.
 * @returns null when a file is missing or a line is not understood.
 */
export function parseNinja(name: string, read: (name: string) => string | null): NinjaManifest | null {
  const reader = { edges: [], defaults: [], rules: new Map<string, Scope>(), variables: new Map() };
  return parseFile(reader, name, read) ? { edges: reader.edges, defaults: reader.defaults } : null;
}

interface Reader {
  readonly edges: NinjaEdge[];
  readonly defaults: string[];
  readonly rules: Map<string, Scope>;
  readonly variables: Scope;
}

function parseFile(reader: Reader, name: string, read: (name: string) => string | null): boolean {
  const text = read(name);
  if (text === null) return false;
  let bindings: Scope = reader.variables;
  for (const line of logicalLines(text)) {
    const binding = /^(\s*)([\w.-]+)\s*=\s*(.*)$/.exec(line);
    const [, keyword = "", rest = ""] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (binding !== null) {
      const [, indent = "", key = "", value = ""] = binding;
      if (indent === "") reader.variables.set(key, expand(value, lookIn(reader.variables)));
      else bindings.set(key, value); // of a rule: expanded where it is used
    } else if (keyword === "rule") {
      bindings = new Map();
      reader.rules.set(rest.trim(), bindings);
    } else if (keyword === "build") {
      bindings = new Map();
      const edge = parseEdge(reader, rest, bindings);
      if (edge === null) return false;
      reader.edges.push(edge);
    } else if (keyword === "default") {
      reader.defaults.push(...splitPaths(rest, lookIn(reader.variables)));
    } else if (keyword === "include" || keyword === "subninja") {
      const [file = ""] = splitPaths(rest, lookIn(reader.variables));
      if (!parseFile(reader, file, read)) return false;
    } else if (keyword === "pool") bindings = new Map();
    else return false;
  }
  return true;
}

/** Without comments and blank lines, and with lines that go on (`$` at the end) as one. */
function logicalLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join("\n")
    .replace(/(?<!\$)((?:\$\$)*)\$\n[ \t]*/g, "$1")
    .split("\n")
    .filter((line) => line !== "");
}

function parseEdge(reader: Reader, statement: string, bindings: Scope): NinjaEdge | null {
  const colon = /^((?:\$.|[^$:])*):\s*([\w.+-]+)(.*)$/s.exec(statement);
  if (colon === null) return null;
  const [, left = "", rule = "", right = ""] = colon;
  const shared = lookIn(reader.variables);
  const [, inputText = ""] = /^((?:\$.|\|\|?(?!@)|[^$|])*)/s.exec(right) ?? []; // validations (`|@`) are no inputs
  const outputs = splitPaths(left.replace(/(?<!\$)\|/g, " "), shared);
  const [explicitText = ""] = inputText.split(/(?<!\$)\|/);
  const explicit = splitPaths(explicitText, shared);
  const inputs = splitPaths(inputText.replace(/(?<!\$)\|/g, " "), shared);
  const value = (name: string, depth = 0): string => {
    if (name === "in") return explicit.join(" ");
    if (name === "out") return outputs.join(" ");
    const own = bindings.get(name);
    if (own !== undefined) return expand(own, shared);
    const ruled = depth > 20 ? undefined : reader.rules.get(rule)?.get(name);
    return ruled === undefined ? shared(name) : expand(ruled, (inner) => value(inner, depth + 1));
  };
  return { rule, outputs, explicit, inputs, value: (name) => value(name) };
}

function lookIn(scope: Scope): (name: string) => string {
  return (name) => scope.get(name) ?? "";
}

function splitPaths(text: string, look: (name: string) => string): string[] {
  return (text.match(/(?:\$.|[^\s$])+/g) ?? []).map((word) => expand(word, look));
}

function expand(text: string, look: (name: string) => string): string {
  return text.replace(
    /\$(?:\{([\w.-]+)\}|([\w-]+)|(.))/gs,
    (_, braced: string | undefined, bare: string | undefined, escaped: string | undefined) =>
      escaped ?? look(braced ?? bare ?? ""),
  );
}
