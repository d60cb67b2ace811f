import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Workspace } from "../model.ts";
import { err, failure, ok, refuse, type Failure, type FailureCode, type Result } from "../report/failure.ts";
import { lineOf } from "./locate.ts";
import { parseConfig, type PartialConfig, type Place } from "./parse.ts";
import { isTable, parseToml, tableAt } from "./toml.ts";
import type { TreeReader } from "./tree-reader.ts";

export const CONFIG_FILE = "rebuild-if-needed.toml";
const TABLE = "tool.rebuild-if-needed";

/** One file that configuration was read from. */
export interface Source {
  /** As a person would name it: relative to the top where possible. */
  readonly label: string;
  readonly file: string;
  readonly inTree: boolean;
  readonly text: string;
  /** Table that the keys lie in; empty for a file of our own. */
  readonly table: string;
  readonly config: PartialConfig;
}

/** The configuration files that are there, lowest precedence first: the one of the tree, then the one of the git dir. */
export async function readSources(ws: Workspace, tree: TreeReader): Promise<Result<readonly Source[]>> {
  const pyproject = readPyproject(ws, tree);
  if (!pyproject.ok) return pyproject;
  const own = tree.read(CONFIG_FILE);
  if (own !== null && pyproject.value.length > 0) {
    const text = `both ${CONFIG_FILE} and [${TABLE}] of pyproject.toml hold the configuration`;
    return refuse(
      "E112",
      `${text}. Nothing was changed.`,
      `keep one of them, then run: rebuild-if-needed check`,
    );
  }
  const local = readLocal(ws);
  if (!local.ok) return local;
  const files = [
    ...(own === null
      ? []
      : [{ label: CONFIG_FILE, file: join(ws.top, CONFIG_FILE), inTree: true, text: own, table: "" }]),
    ...local.value,
  ];
  const sources: Source[] = [...pyproject.value];
  for (const file of files) {
    const toml = parseToml(file.text);
    if (!toml.ok) return err(syntaxFailure(file.label, toml.line, toml.text));
    const source = parseSource(file, toml.table);
    if (!source.ok) return source;
    sources.push(source.value);
  }
  return ok(sources);
}

/** A failure that names file, line and table, says that nothing was changed, and what to type. */
export function sourceFailure(
  source: Omit<Source, "config">,
  code: FailureCode,
  place: Place,
  text: string,
): Failure {
  const line = lineOf(source.text, source.table, place);
  const table = [source.table, place.extension === null ? "" : "extension"].filter(Boolean).join(".");
  const where =
    table === "" ? "" : place.extension === null ? `, [${table}]` : `, [[${table}]] ${place.extension + 1}`;
  const at = line === null ? source.label : `${source.label}:${line}`;
  const end = text.endsWith("?") ? "" : ".";
  return failure(
    code,
    `${at}${where}: ${text}${end} Nothing was changed.`,
    `correct ${at}, then run: rebuild-if-needed check`,
  );
}

type SourceFile = Omit<Source, "config">;

function readPyproject(ws: Workspace, tree: TreeReader): Result<readonly Source[]> {
  const label = "pyproject.toml";
  const text = tree.read(label);
  if (text === null) return ok([]);
  const toml = parseToml(text);
  // Without it the backend is not known, and a wrong guess would build the wrong thing.
  if (!toml.ok) return err(syntaxFailure(label, toml.line, toml.text));
  const tool = toml.table["tool"];
  if (!isTable(tool) || !Object.hasOwn(tool, "rebuild-if-needed")) return ok([]);
  const file = { label, file: join(ws.top, label), inTree: true, text, table: TABLE };
  const source = parseSource(file, tableAt(toml.table, TABLE) ?? tool["rebuild-if-needed"]);
  return source.ok ? ok([source.value]) : source;
}

function readLocal(ws: Workspace): Result<readonly SourceFile[]> {
  const file = join(ws.stateDir, "config.toml");
  const inside = relative(ws.top, file);
  const label = inside.startsWith("..") ? file : inside;
  try {
    return ok([{ label, file, inTree: false, text: readFileSync(file, "utf8"), table: "" }]);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    if (code === "ENOENT" || code === "ENOTDIR") return ok([]);
    return refuse(
      "E110",
      `${label} cannot be read (${code}). Nothing was changed.`,
      `make it readable: ls -l ${label}`,
    );
  }
}

function parseSource(file: SourceFile, document: unknown): Result<Source> {
  const { config, problems } = parseConfig(document);
  const [first] = problems;
  if (first === undefined) return ok({ ...file, config });
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return err(sourceFailure(file, first.code, first.place, first.text + more));
}

function syntaxFailure(label: string, line: number, text: string): Failure {
  const at = `${label}:${line}`;
  return failure(
    "E110",
    `${at}: not valid TOML: ${text}. Nothing was changed.`,
    `correct ${at}, then run: rebuild-if-needed check`,
  );
}
