import type { Mode, Strategy } from "../model.ts";
import { isTable } from "./toml.ts";
import { suggest } from "./suggest.ts";
import {
  bad,
  folder,
  glob,
  good,
  list,
  minutes,
  oneOf,
  program,
  text,
  textLike,
  typeName,
  yesOrNo,
} from "./values.ts";
import type { ProblemCode, Reader, Reading } from "./values.ts";

/** Where a problem is: a key at the top, or of the n-th `[[extension]]`. */
export interface Place {
  readonly extension: number | null;
  readonly key: string;
}

export interface Problem {
  readonly code: ProblemCode;
  readonly place: Place;
  readonly text: string;
}

/** The keys of one file as they were written; what is absent was not said. */
export interface PartialConfig extends TopKeys {
  readonly extensions: readonly PartialExtension[];
}

interface TopKeys {
  readonly preset?: string;
  readonly mode?: Mode;
  readonly strategy?: Strategy;
  readonly "heal-mtimes"?: boolean;
  readonly "time-limit"?: number;
  readonly interpreter?: string;
}

export interface PartialExtension {
  readonly name: string;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly "build-dirs"?: readonly string[];
  readonly recipe?: readonly (readonly string[])[];
  readonly environment?: readonly string[];
  readonly require?: readonly string[];
  readonly optional?: readonly string[];
}

export interface Parsed {
  readonly config: PartialConfig;
  readonly problems: readonly Problem[];
}

/** Reads a parsed TOML document. Pure; finds every problem, not only the first. */
export function parseConfig(document: unknown): Parsed {
  const problems: Problem[] = [];
  if (!isTable(document)) {
    const place = { extension: null, key: "" };
    return {
      config: { extensions: [] },
      problems: [{ code: "E112", place, text: `must be a table, not ${typeName(document)}` }],
    };
  }
  const { extension, ...top } = readTable(TOP, document, null, problems);
  const extensions = (extension ?? []).flatMap((table, index) => readExtension(table, index, problems));
  problems.push(...findTwins(extensions));
  return { config: { ...top, extensions }, problems };
}

type Table = Readonly<Record<string, unknown>>;
/** One reader for each key of T: what the compiler holds the table and the type together by. */
type Readers<T> = { readonly [K in keyof T]-?: Reader<NonNullable<T[K]>> };

const ARGV_LISTS = list(list(text));

const NATIVE_NAME = `"module", "module:name" or "torch.ops.space.op"`;

const EXTENSION: Readers<PartialExtension> = {
  name: textLike(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    "a name of letters, digits, dots, dashes and underscores",
  ),
  inputs: list(glob),
  outputs: list(glob),
  "build-dirs": list(folder),
  recipe: readRecipe,
  environment: list(textLike(/^(?!PATH$)[A-Za-z_]\w*$/, "the name of a variable that can change the output")),
  require: list(textLike(/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::[A-Za-z_]\w*(?:\.\w+)*)?$/, NATIVE_NAME)),
  optional: list(
    textLike(/^(?!torch\.ops\..*:)[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::[A-Za-z_]\w*)?$/, NATIVE_NAME),
  ),
};

const TOP: Readers<TopKeys & { readonly extension?: readonly Table[] }> = {
  preset: text,
  mode: oneOf(["auto", "foreground", "background", "notify"]),
  strategy: oneOf(["clean", "ladder"]),
  "heal-mtimes": yesOrNo,
  "time-limit": minutes,
  interpreter: program,
  extension: readExtensionList,
};

function readTable<T>(
  readers: Readers<T>,
  table: Table,
  extension: number | null,
  problems: Problem[],
): Partial<T> {
  const known = new Map<string, Reader<unknown>>(Object.entries(readers));
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(table)) {
    const place = { extension, key };
    const reader = known.get(key);
    if (reader === undefined) {
      const near = suggest(key, [...known.keys()]);
      const hint = near === null ? `known are ${[...known.keys()].join(", ")}` : `did you mean "${near}"?`;
      problems.push({ code: "E111", place, text: `unknown key "${key}"; ${hint}` });
      continue;
    }
    const read = reader(value);
    if (read.ok) values[key] = read.value;
    else problems.push({ code: read.code, place, text: `${key}: ${read.text}` });
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return values as Partial<T>; // each value went through the reader of its own key
}

function readExtension(table: Table, index: number, problems: Problem[]): PartialExtension[] {
  const read = readTable(EXTENSION, table, index, problems);
  if (read.name !== undefined) return [{ ...read, name: read.name }];
  if (!Object.hasOwn(table, "name")) {
    problems.push({
      code: "E112",
      place: { extension: index, key: "name" },
      text: `name: is missing; each [[extension]] needs one`,
    });
  }
  return [];
}

function readExtensionList(value: unknown): Reading<readonly Table[]> {
  if (isTable(value)) return bad("E112", "is a table; write [[extension]] with two brackets");
  if (!Array.isArray(value) || !value.every(isTable)) return bad("E112", "must be [[extension]] tables");
  return good(value);
}

function readRecipe(value: unknown): Reading<readonly (readonly string[])[]> {
  if (Array.isArray(value) && value.some((word) => typeof word === "string")) {
    return bad(
      "E112",
      `must be a list of commands, each a list of words: [["python", "setup.py", "build_ext"]]`,
    );
  }
  return ARGV_LISTS(value);
}

function findTwins(extensions: readonly PartialExtension[]): Problem[] {
  return extensions.flatMap((extension, index) => {
    if (extensions.findIndex((other) => other.name === extension.name) === index) return [];
    return [
      {
        code: "E112" as const,
        place: { extension: index, key: "name" },
        text: `name: "${extension.name}" stands twice`,
      },
    ];
  });
}
