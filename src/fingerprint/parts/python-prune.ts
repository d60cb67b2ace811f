/** What of a setup.py can reach the build: without packaging-only arguments and all that only they use. */
import type { Assignment, Compound, Expression, Statement } from "../../closure/python-syntax.ts";
import {
  allExpressions,
  allStatements,
  boundNames,
  childExpressions,
  childrenOf,
  dottedName,
  withChildren,
} from "../../closure/python-walk.ts";
import { Effects } from "./python-effects.ts";
import { CONSUMERS, MUTATORS } from "./python-pure.ts";
import { entryOf, isDictionary, placeOf, type SetupArguments, setupArguments } from "./setup-arguments.ts";
import { isPackagingKeyword } from "./setup-keywords.ts";

/**
 * The statements that can reach the build; null where no `setup(...)` of a packaging library is called, so that
 * any name may be wanted by others. What is left out has certainly no effect but on what is left out.
 * @param isPackaging which arguments of `setup()` can be left out.
 */
export function pruneSetup(
  module: readonly Statement[],
  isPackaging: (keyword: string) => boolean = isPackagingKeyword,
): readonly Statement[] | null {
  const effects = new Effects(module);
  const setups = setupNames(module);
  const calls = allExpressions(module).filter((one) => one.kind === "call" && isSetup(one.callee, setups));
  if (calls.length === 0) return null;
  const readsMetadata = allExpressions(module).some(asksForMetadata);
  const rules: Rules = {
    isSetup: (callee) => isSetup(callee, setups),
    dictionaries: setupArguments(module, (callee) => isSetup(callee, setups)),
    isIdle: (keyword, value) => isPackaging(keyword) && effects.isPure(value),
  };
  const bare = readsMetadata ? module : module.flatMap((one) => withoutPackaging(one, rules));
  const usesAll = usesAnyName(bare);
  const looks = new Map<Statement, Look>();
  const lookAt = (one: Statement): Look => {
    const look = looks.get(one) ?? { isQuiet: isQuiet(one, effects), changes: changedNames(one) };
    looks.set(one, look);
    return look;
  };
  let live = new Set<string>();
  for (;;) {
    const isLive = (name: string): boolean => usesAll || live.has(name);
    const kept = bare.flatMap((one) => prune(one, isLive, lookAt, effects));
    const used = usedNames(kept);
    if (used.size === live.size) return kept;
    live = used;
  }
}

/** Names in this module of setuptools' `setup` (`setup`, `setuptools.setup`). */
function setupNames(module: readonly Statement[]): ReadonlySet<string> {
  const names = new Set<string>();
  const others = new Set<string>();
  for (const one of allStatements(module)) {
    if (one.kind === "import" && PACKAGING.has(one.module)) {
      if (one.name === null) names.add(`${one.alias ?? one.module}.setup`);
      else if (one.name === "setup") names.add(one.alias ?? "setup");
    } else if (one.kind === "import") others.add(one.alias ?? one.name ?? one.module);
    else if (one.kind === "def" || one.kind === "class") others.add(one.name);
    else if (one.kind === "assign") one.targets.flatMap(boundNames).forEach((name) => others.add(name));
  }
  return new Set([...names].filter((name) => !others.has(name.split(".")[0] ?? name)));
}

const PACKAGING: ReadonlySet<string> = new Set([
  "setuptools",
  "distutils.core",
  "skbuild",
  "scikit_build_core.setuptools.wrapper",
  "numpy.distutils.core",
]);

function isSetup(callee: Expression, setups: ReadonlySet<string>): boolean {
  const name = dottedName(callee);
  return name !== null && setups.has(name);
}

/** A command that asks the distribution for its version can put it into a library. */
function asksForMetadata(value: Expression): boolean {
  return (
    value.kind === "attribute" &&
    (value.name === "metadata" ||
      (/^get_(?:version|fullname|name|description)$/.test(value.name) && value.of.kind !== "name"))
  );
}

/** What may be left out. */
interface Rules {
  readonly isSetup: (callee: Expression) => boolean;
  readonly dictionaries: SetupArguments;
  /** An argument that only makes metadata, and whose value does nothing. */
  readonly isIdle: (keyword: string, value: Expression) => boolean;
}

function withoutPackaging(statement: Statement, rules: Rules): Statement[] {
  const inner = (body: readonly Statement[]): Statement[] =>
    body.flatMap((one) => withoutPackaging(one, rules));
  switch (statement.kind) {
    case "expression": {
      const { value } = statement;
      if (value.kind !== "call" || !rules.isSetup(value.callee)) return [statement];
      const args = value.args.filter((arg) => arg.name === null || !rules.isIdle(arg.name, arg.value));
      return [{ kind: "expression", value: { ...value, args } }];
    }
    case "def":
    case "class":
      return [{ ...statement, body: inner(statement.body) }];
    case "compound":
      return [
        {
          kind: "compound",
          branches: statement.branches.map((branch) => ({ ...branch, body: inner(branch.body) })),
        },
      ];
    case "assign":
      return withoutEntries(statement, rules);
    case "import":
    case "keyword":
      return [statement];
  }
}

/** The same for a dictionary of arguments, and for one argument that is put into it. */
function withoutEntries(statement: Assignment, { dictionaries, isIdle }: Rules): Statement[] {
  const { targets, operator, value } = statement;
  const [target, ...others] = targets;
  if (target === undefined || others.length > 0 || operator !== "=" || value === null) return [statement];
  const place = placeOf(target);
  const isLeftOut = (name: string, key: string, entry: Expression): boolean =>
    dictionaries.get(name)?.has(key) === false && isIdle(key, entry);
  if (place !== null) return isLeftOut(place.name, place.key, value) ? [] : [statement];
  if (target.kind !== "name" || !dictionaries.has(target.name) || !isDictionary(value)) return [statement];
  const items = value.items.filter((item) => {
    const entry = entryOf(item);
    return entry === null || !isLeftOut(target.name, entry.key, entry.value);
  });
  return [{ ...statement, value: { ...value, items } }];
}

/** `exec(code)` and `globals()` can use any name. */
function usesAnyName(module: readonly Statement[]): boolean {
  return allExpressions(module).some(
    (one) =>
      one.kind === "call" &&
      one.callee.kind === "name" &&
      (/^(?:globals|locals|vars|eval)$/.test(one.callee.name) ||
        (one.callee.name === "exec" && one.args.length < 2)),
  );
}

/** What does not change while the live names are found. */
interface Look {
  readonly isQuiet: boolean;
  readonly changes: readonly string[];
}

function prune(
  statement: Statement,
  isLive: (name: string) => boolean,
  lookAt: (one: Statement) => Look,
  effects: Effects,
): Statement[] {
  const { isQuiet: quiet, changes } = lookAt(statement);
  if (quiet && !changes.some(isLive)) return [];
  // Whether a statement of a `try` fails decides what runs next, so such a one stays whole.
  if (statement.kind !== "compound" || statement.branches[0]?.keyword === "try") return [statement];
  const branches = statement.branches.map((branch) => ({
    ...branch,
    body: branch.body.flatMap((one) => prune(one, isLive, lookAt, effects)),
  }));
  const isEmpty = branches.every(
    ({ body, header }) => body.length === 0 && header.every((one) => effects.isPure(one)),
  );
  return isEmpty && !headerNames(statement).some(isLive) ? [] : [{ kind: "compound", branches }];
}

/** True when neither it nor anything in it does more than bind names. */
function isQuiet(statement: Statement, effects: Effects): boolean {
  if (statement.kind !== "compound") return effects.onlyBinds(statement);
  return statement.branches.every(
    ({ header, targets, body }) =>
      header.every((one) => effects.isPure(one)) &&
      targets.every((one) => one === null || boundNames(one).length > 0) &&
      body.every((one) => isQuiet(one, effects)),
  );
}

/** Names that are not the same after it: bound, changed in place or read on. */
function changedNames(statement: Statement): string[] {
  switch (statement.kind) {
    case "assign":
      return [...statement.targets.flatMap(changedByTarget), ...consumedNames(statement)];
    case "import":
      return [statement.alias ?? statement.name ?? statement.module.split(".")[0] ?? ""];
    case "def":
    case "class":
      return [statement.name];
    case "compound":
      return [
        ...headerNames(statement),
        ...statement.branches.flatMap((branch) => branch.body.flatMap(changedNames)),
      ];
    case "expression":
    case "keyword":
      return consumedNames(statement);
  }
}

function headerNames({ branches }: Compound): string[] {
  return branches.flatMap(({ targets }) => targets.flatMap((one) => (one === null ? [] : boundNames(one))));
}

function changedByTarget(target: Expression): string[] {
  if (target.kind === "index" || target.kind === "attribute") return changedByTarget(target.of);
  return boundNames(target);
}

function consumedNames(statement: Statement): string[] {
  return withChildren(childrenOf(statement).expressions).flatMap((one) => {
    if (one.kind !== "call") return [];
    const { callee, args } = one;
    if (callee.kind === "attribute" && callee.of.kind === "name") {
      return CONSUMERS.has(callee.name) || MUTATORS.has(callee.name) ? [callee.of.name] : [];
    }
    const isNext = callee.kind === "name" && /^(?:next|list|tuple|sorted|sum|set|dict)$/.test(callee.name);
    return isNext ? args.flatMap(({ value }) => (value.kind === "name" ? [value.name] : [])) : [];
  });
}

/** Names that are looked at, in any scope: one that is only bound is not. */
function usedNames(statements: readonly Statement[]): Set<string> {
  const used = new Set<string>();
  for (const one of allStatements(statements)) {
    const { expressions } = childrenOf(one);
    const plain =
      one.kind === "assign" && one.operator === "=" ? one.targets.filter(({ kind }) => kind === "name") : [];
    for (const value of expressions.filter((each) => !plain.includes(each))) addNames(value, used);
  }
  return used;
}

function addNames(value: Expression, names: Set<string>): void {
  if (value.kind === "name") names.add(value.name);
  for (const one of childExpressions(value)) addNames(one, names);
}
