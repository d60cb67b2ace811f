/** What the text of a native source registers for Python, found without a compiler. */
import { type CPiece, readCText } from "./c-conditions.ts";
import { closing, joinedString } from "./c-tokens.ts";
import { methodTables } from "./method-tables.ts";

/** Stands in a space for the name that the build gives to the extension (`TORCH_EXTENSION_NAME`). */
export const OWN_NAME = "\0";

export interface Registration {
  /** `kernel`: an implementation of an operator that is declared elsewhere. `module`: the library itself. */
  readonly kind: "operator" | "kernel" | "name" | "module";
  /** Namespace of operators, or own name of a module; null in a helper function, which belongs to whoever calls it. */
  readonly space: string | null;
  /** Empty for a module. */
  readonly name: string;
  /** As the source declares it, or null: inferred from a function, or none. */
  readonly schema: string | null;
  readonly line: number;
  readonly conditions: readonly string[];
}

/**
 * Cheap and sure: a text without these registers nothing that is read here. Kernels alone, in many large files, give no
 * name that is not declared elsewhere.
 */
const MENTION =
  /TORCH_LIBRARY(?!_IMPL)|PYBIND11_MODULE|NB_MODULE|REGISTER_EXTENSION|PyInit_|RegisterOperators|\bmodule_?\s*&|\bLibrary\s*&/;

/** All registrations of a C, C++ or CUDA file, in their order. What is inside of a `#define` is no registration. */
export function readRegistrations(text: string): Registration[] {
  if (!MENTION.test(text)) return [];
  const { pieces, defines } = readCText(text);
  const found: Registration[] = [];
  for (let at = 0; at < pieces.length; at += 1) {
    const block = blockAt(pieces, at, defines);
    if (block !== null) found.push(...registrationsIn(pieces, block));
    else found.push(...singleAt(pieces, at, defines));
  }
  return [...found, ...methodTables(pieces)];
}

/** A function body in which names are registered through a variable. */
interface Block {
  readonly kind: "operators" | "module";
  readonly space: string | null;
  readonly variable: string;
  /** Where its body begins and ends. */
  readonly from: number;
  readonly to: number;
  readonly head: CPiece;
}

function blockAt(pieces: readonly CPiece[], at: number, defines: ReadonlyMap<string, string>): Block | null {
  const head = pieces[at];
  if (head?.kind !== "word") return null;
  const isOperators = /^(?:STABLE_)?TORCH_LIBRARY(?:_[A-Z_]+)?$/.test(head.text);
  if (!isOperators && !/^(?:PYBIND11|NB)_MODULE$/.test(head.text)) return helperAt(pieces, at);
  if (pieces[at + 1]?.text !== "(") return null;
  const end = closing(pieces, at + 1);
  const [space, ...others] = splitArguments(pieces, at + 2, end);
  // pybind11 takes options behind the variable, TORCH_LIBRARY_IMPL a dispatch key before it
  const variable = (isOperators ? others.at(-1) : others[0])?.at(-1)?.text;
  const body = bodyBehind(pieces, end);
  if (space === undefined || variable === undefined || body === null) return null;
  return {
    kind: isOperators ? "operators" : "module",
    space: spaceOf(space, defines),
    variable,
    head,
    ...body,
  };
}

/** `void bind(py::module_ &m) {` and `void declare(torch::Library &m) {`. */
function helperAt(pieces: readonly CPiece[], at: number): Block | null {
  const head = pieces[at];
  const kind = head?.text === "Library" ? "operators" : /^module_?$/.test(head?.text ?? "") ? "module" : null;
  if (head === undefined || kind === null || pieces[at + 1]?.text !== "&" || pieces[at - 1]?.text !== "::")
    return null;
  const variable = pieces[at + 2];
  if (variable?.kind !== "word") return null;
  let depth = 1;
  let end = at + 3;
  for (; end < pieces.length && depth > 0; end += 1) {
    if (pieces[end]?.text === "(") depth += 1;
    else if (pieces[end]?.text === ")") depth -= 1;
  }
  const body = bodyBehind(pieces, end - 1);
  return body === null ? null : { kind, space: null, variable: variable.text, head, ...body };
}

function bodyBehind(pieces: readonly CPiece[], end: number): { from: number; to: number } | null {
  return pieces[end + 1]?.text === "{" ? { from: end + 2, to: closing(pieces, end + 1) } : null;
}

function registrationsIn(pieces: readonly CPiece[], block: Block): Registration[] {
  const { kind, space, variable, head } = block;
  const found: Registration[] =
    kind === "module" && space !== null
      ? [{ ...placeOf(head), kind: "module", space, name: "", schema: null }]
      : [];
  for (let index = block.from; index < block.to; index += 1) {
    const name = pieces[index];
    if (name?.text !== variable || name.kind !== "word") continue;
    const text = literalOf(pieces, index, kind);
    if (text === null) continue;
    if (kind === "module")
      found.push({ ...placeOf(name), kind: "name", space, name: text.value, schema: null });
    else found.push({ ...placeOf(name), ...operatorOf(text.value, space, text.isKernel) });
  }
  return found;
}

/** The literal in `m.def("x"`, `m.impl("x"`, `m.attr("x"` or `py::class_<X>(m, "x"`, with `index` at `m`. */
function literalOf(
  pieces: readonly CPiece[],
  index: number,
  kind: Block["kind"],
): { value: string; isKernel: boolean } | null {
  const method = pieces[index + 1]?.text === "." ? (pieces[index + 2]?.text ?? "") : "";
  const isCall = pieces[index + 3]?.text === "(";
  const methods = kind === "module" ? /^(?:def|attr|def_submodule)$/ : /^(?:def|impl)$/;
  if (methods.test(method) && isCall) {
    const value = firstLiteral(pieces, index + 4);
    return value === null ? null : { value, isKernel: method === "impl" };
  }
  if (kind === "operators" || pieces[index - 1]?.text !== "(" || pieces[index + 1]?.text !== ",") return null;
  const value = joinedString(pieces, index + 2)?.text ?? null;
  return value !== null && isBinder(pieces, index - 2) ? { value, isKernel: false } : null;
}

/** The string that an argument is, or is made of by wrapping: `torch::schema("x() -> ()")`, `TORCH_SELECTIVE_NAME("x")`. */
function firstLiteral(pieces: readonly CPiece[], from: number): string | null {
  let index = from;
  while (pieces[index]?.kind === "word" || pieces[index]?.text === "::" || pieces[index]?.text === "(")
    index += 1;
  const literal = joinedString(pieces, index);
  return literal !== null && [",", ")"].includes(pieces[literal.end]?.text ?? "") ? literal.text : null;
}

/** Does what stands before `(m, "X"` bind a class, an enumeration or an exception? `last` is its last token. */
function isBinder(pieces: readonly CPiece[], last: number): boolean {
  let index = last;
  for (let steps = 0; steps < 200 && index >= 0; steps += 1, index -= 1) {
    const text = pieces[index]?.text ?? "";
    if (
      /^(?:class_|enum_|native_enum|exception|register_exception|register_local_exception|bind_vector|bind_map)$/.test(
        text,
      )
    )
      return true;
    if (/^[;{}]$/.test(text)) return false;
  }
  return false;
}

function operatorOf(
  text: string,
  space: string | null,
  isKernel: boolean,
): Pick<Registration, "kind" | "space" | "name" | "schema"> {
  const [, own, name = ""] = /^\s*(?:(\w+)::)?([\w.]+)/.exec(text) ?? [];
  const schema = !isKernel && text.includes("(") ? text.replace(/\s+/g, " ").trim() : null;
  return { kind: isKernel ? "kernel" : "operator", space: own ?? space, name, schema };
}

/** What is registered without a variable: `REGISTER_EXTENSION(x)`, `PyInit_x(`, `RegisterOperators().op("a::b"`. */
function singleAt(
  pieces: readonly CPiece[],
  index: number,
  defines: ReadonlyMap<string, string>,
): Registration[] {
  const piece = pieces[index];
  if (piece?.kind !== "word" || pieces[index + 1]?.text !== "(") return [];
  const module = { ...placeOf(piece), kind: "module", name: "", schema: null } as const;
  if (piece.text === "REGISTER_EXTENSION") {
    const [space] = splitArguments(pieces, index + 2, closing(pieces, index + 1));
    return space === undefined ? [] : [{ ...module, space: spaceOf(space, defines) }];
  }
  if (piece.text.startsWith("PyInit_")) return [{ ...module, space: piece.text.slice("PyInit_".length) }];
  if (piece.text !== "op" || pieces[index - 1]?.text !== ".") return [];
  const text = firstLiteral(pieces, index + 2);
  return text?.includes("::") === true ? [{ ...placeOf(piece), ...operatorOf(text, null, false) }] : [];
}

/** `x`, a macro of the file, `TORCH_EXTENSION_NAME`, or such put together by a macro: `CONCAT(TORCH_EXTENSION_NAME, _x)`. */
function spaceOf(tokens: readonly CPiece[], defines: ReadonlyMap<string, string>): string {
  const [first] = tokens;
  if (tokens.length > 1 && tokens[1]?.text === "(") {
    return splitArguments(tokens, 2, tokens.length - 1)
      .map((part) => spaceOf(part, defines))
      .join("");
  }
  const text = first?.text ?? "";
  return defines.get(text) ?? (text === "TORCH_EXTENSION_NAME" ? OWN_NAME : text);
}

function splitArguments(pieces: readonly CPiece[], from: number, to: number): CPiece[][] {
  const parts: CPiece[][] = [[]];
  let depth = 0;
  for (const piece of pieces.slice(from, to)) {
    if (piece.kind === "punctuation" && "([{".includes(piece.text)) depth += 1;
    if (piece.kind === "punctuation" && ")]}".includes(piece.text)) depth -= 1;
    if (piece.text === "," && depth === 0) parts.push([]);
    else parts.at(-1)?.push(piece);
  }
  return parts;
}

function placeOf({ line, conditions }: CPiece): Pick<Registration, "line" | "conditions"> {
  return { line, conditions };
}
