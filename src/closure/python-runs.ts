/** Files that a build script runs or reads while it runs. */
import { UNKNOWN } from "./path-pattern.ts";
import { calleeName } from "./python-names.ts";
import type { PathReader } from "./python-paths.ts";
import type { Argument, Expression, Statement } from "./python-syntax.ts";
import { allExpressions, allStatements, withChildren } from "./python-walk.ts";

/** Python scripts that are handed to an interpreter, a loader of modules or `exec`. */
export function scriptsRun(statements: readonly Statement[], paths: PathReader): string[] {
  return allExpressions(statements)
    .flatMap((one) => (one.kind === "call" ? runArguments(one.callee, one.args) : []))
    .flatMap((one) => paths.read(one))
    .flatMap((pattern) => pattern.split(/\s+/))
    .filter((pattern) => /[^/\u{F0000}]\.py$/u.test(pattern) && !/(?:^|\/)setup\.py$/.test(pattern))
    .filter((pattern) => !VERSION_FILE.test(pattern));
}

/**
 * Files that are opened for reading and are no documents or lists of requirements (those count by their pins).
 * A version file is among them: where it is read for the metadata alone, its reading has been left out before.
 */
export function filesRead(statements: readonly Statement[], paths: PathReader): string[] {
  const expressions = allExpressions(statements);
  const isForMetadata = onlyFillsUnused(statements, expressions);
  return expressions
    .flatMap((one) => openedFile(one))
    .flatMap((one) => paths.read(one))
    .filter((pattern) => !pattern.endsWith(UNKNOWN) && !/\u{F0000}\.[^/]*$/u.test(pattern))
    .filter((pattern) => !isForMetadata || !VERSION_FILE.test(pattern))
    .filter((pattern) => !DOCUMENT.test(pattern.slice(pattern.lastIndexOf("/") + 1)))
    .filter((pattern) => !pattern.endsWith("/") && !/(?:^|\/)requirements\//.test(pattern));
}

/**
 * True when all that is executed only tells a version that nothing looks at: it fills dictionaries (`exec(code, about)`)
 * or the script itself (`exec(code)`), whose names are then those of a version.
 */
function onlyFillsUnused(statements: readonly Statement[], expressions: readonly Expression[]): boolean {
  const names = expressions.flatMap((one) =>
    one.kind === "call" && one.callee.kind === "name" && one.callee.name === "exec"
      ? [one.args[1]?.value]
      : [],
  );
  if (names.length === 0) return false;
  return names.every((one) => {
    if (one === undefined) return !allExpressions(statements.filter((each) => !onlyTells(each))).some(isTold);
    if (one.kind !== "name") return false;
    const isSame = (value: Expression): boolean => value.kind === "name" && value.name === one.name;
    const bound = allStatements(statements).flatMap((each) =>
      each.kind === "assign" ? each.targets.filter(isSame) : [],
    );
    const filled = names.filter((each) => each !== undefined && isSame(each));
    return expressions.filter(isSame).length === bound.length + filled.length;
  });
}

const RUNNERS = new Set(
  (
    "run call check_call check_output Popen system popen spawn execv run_path load_source SourceFileLoader " +
    "spec_from_file_location execfile getoutput getstatusoutput announce"
  ).split(" "),
);
const DOCUMENT =
  /^\.|^(?:readme|changes|changelog|history|news|license|licence|copying|authors|contributors|notice|manifest\.in)|requirements.*\.(?:txt|in)$|\.(?:md|rst|lock|so|pyd|whl|json5)$/i;
/** True for statements that make one such name of others. */
function onlyTells(statement: Statement): boolean {
  if (statement.kind === "assign") return statement.targets.every(isTold);
  return statement.kind === "compound" && statement.branches.every(({ body }) => body.every(onlyTells));
}

function isTold(value: Expression): boolean {
  return value.kind === "name" && TOLD.test(value.name);
}

/** Names that a version file binds, and what is made of them. */
const TOLD = /version|release|about|author|license|(?:^|_)(?:major|minor|micro|patch|info)(?:_|$)/i;
const VERSION_FILE = /(?:^|\/)_*(?:version|versions|about|meta|metadata|__init__)_*\.py$/i;

function runArguments(callee: Expression, args: readonly Argument[]): Expression[] {
  const name = calleeName(callee);
  if (name === "exec" || name === "compile") return args.flatMap(({ value }) => opened(value));
  return RUNNERS.has(name) ? args.map(({ value }) => value) : [];
}

/** What `exec(open(x).read())` and `exec(Path(x).read_text())` open. */
function opened(value: Expression): Expression[] {
  return withChildren([value]).flatMap((one) => openedFile(one));
}

function openedFile(value: Expression): Expression[] {
  if (value.kind !== "call") return [];
  const name = calleeName(value.callee);
  const owner = value.callee.kind === "attribute" ? value.callee.of : null;
  if (/^read_(?:text|bytes)$/.test(name) && owner !== null) return [owner];
  if (name !== "open") return [];
  const isPathOpen =
    owner !== null && !(owner.kind === "name" && /^(?:io|codecs|os|tokenize|gzip)$/.test(owner.name));
  const places = value.args.filter((arg) => arg.name === null);
  const mode = value.args.find((arg) => arg.name === "mode") ?? places[isPathOpen ? 0 : 1];
  if (mode?.value.kind === "string" && /[wax]/.test(mode.value.value)) return [];
  if (isPathOpen) return [owner];
  return places[0] === undefined ? [] : [places[0].value];
}
