import { showPath } from "../../git/path-bytes.ts";
import { assertNever } from "../../report/failure.ts";
import type { JudgedName } from "./judge-names.ts";
import { type Need, nativeNameText, type RegisteredAt, type UsedAt } from "./native-names.ts";

/** Everything that must hold of an extension, and where each line comes from. */
export interface ExplainedContract {
  /** Outputs that are loaded. */
  readonly libraries: readonly string[];
  readonly require: readonly string[];
  readonly names: readonly JudgedName[];
  /** Why callers are not known; null: they are. */
  readonly noCallers: string | null;
}

/** The data of `verify --explain --json` for one extension. */
export interface ContractJson {
  readonly libraries: readonly string[];
  readonly require: readonly string[];
  readonly noCallers: string | null;
  readonly names: readonly {
    readonly name: string;
    readonly need: Need;
    readonly registered: readonly Omit<RegisteredAt, "isHelper">[];
    readonly used: readonly { readonly path: string; readonly line: number; readonly guard: string | null }[];
    readonly verdict: JudgedName["verdict"];
    readonly schemas: readonly string[];
    readonly misfits: readonly { readonly path: string; readonly line: number; readonly why: string }[];
  }[];
}

const SHOWN = 2;

export function contractJson({ libraries, require, noCallers, names }: ExplainedContract): ContractJson {
  return {
    libraries,
    require,
    noCallers,
    names: names.map((one) => ({
      name: nativeNameText(one),
      need: one.need,
      registered: one.registered.map(({ path, line, conditions, schema }) => ({
        path,
        line,
        conditions,
        schema,
      })),
      used: one.used.map(({ path, line, guard }) => ({ path, line, guard })),
      verdict: one.verdict,
      schemas: one.found.kind === "present" ? one.found.schemas : [],
      misfits: one.misfits.map(({ used, why }) => ({ path: used.path, line: used.line, why })),
    })),
  };
}

/** A line for each library, required name and native name, and below a native name where it comes from. */
export function formatContract(extension: string, contract: ExplainedContract): string[] {
  const { libraries, require, names, noCallers } = contract;
  return [
    `contract of ${extension}:`,
    ...(libraries.length === 0 ? ["  nothing is built yet"] : []),
    ...libraries.map((path) => `  loads: ${showPath(path)} (an output of the last build)`),
    ...require.map((name) => `  has: ${name} (configuration: require)`),
    ...(names.length === 0 ? [] : [`  ${summary(names)}`]),
    ...(names.length === 0 || noCallers === null ? [] : [`  callers are not known: ${noCallers}`]),
    ...names.flatMap(formatName),
  ];
}

function formatName(one: JudgedName): string[] {
  const registered = one.registered.map(({ path, line, conditions }) =>
    place(path, line, conditions.join(", ")),
  );
  const used = one.used.map(({ path, line, guard }: UsedAt) => place(path, line, guard ?? ""));
  return [
    `  ${nativeNameText(one)}: ${one.need}${verdictText(one)}`,
    ...(registered.length === 0 ? [] : [`    registered: ${some(registered)}`]),
    ...(used.length === 0 ? [] : [`    used: ${some(used)}`]),
    ...one.misfits.map(
      ({ used: { path, line }, why }) => `    does not fit: ${place(path, line, "")}: ${why}`,
    ),
  ];
}

function verdictText({ verdict, found }: JudgedName): string {
  switch (verdict) {
    case "unseen":
      return "";
    case "present":
      return found.kind === "present" && found.schemas.length > 0
        ? `, present: ${found.schemas.join("; ")}`
        : ", present";
    case "stale":
      return ", missing: the library is of older source";
    case "maybe-stale":
      return ", missing: the library may be of older source";
    case "lost":
      return ", missing: the last verified build had it";
    case "maybe-lost":
      return ", missing: the last verified build had it, and something has changed since";
    case "not-built":
      return ", not built in this configuration";
    case "not-here":
      return ", missing";
    default:
      return assertNever(verdict);
  }
}

function summary(names: readonly JudgedName[]): string {
  const counts = new Map<Need, number>();
  for (const { need } of names) counts.set(need, (counts.get(need) ?? 0) + 1);
  return `${names.length} names in sources and callers: ${[...counts].map(([need, count]) => `${count} ${need}`).join(", ")}`;
}

function place(path: string, line: number, remark: string): string {
  return `${showPath(path)}:${line}${remark === "" ? "" : ` (${remark})`}`;
}

function some(places: readonly string[]): string {
  const more = places.length - SHOWN;
  return `${places.slice(0, SHOWN).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
