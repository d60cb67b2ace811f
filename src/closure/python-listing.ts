/** Folders that a build script lists while it runs (`os.walk` and its like), and the suffixes that it looks for. */
import { joinPatterns } from "./path-pattern.ts";
import { calleeName } from "./python-names.ts";
import type { PathReader } from "./python-paths.ts";
import type { Argument, Expression, Statement } from "./python-syntax.ts";
import { allExpressions, childrenOf } from "./python-walk.ts";

export interface Listing {
  readonly patterns: readonly string[];
  /** Why files are found that no pattern names; null: there are none. */
  readonly open: string | null;
}

/**
 * A listing whose function (or statement, at the top) tests suffixes can only bring files with these. One without
 * such a test can bring any.
 */
export function listedFolders(statements: readonly Statement[], paths: PathReader): Listing {
  const patterns: string[] = [];
  let open: string | null = null;
  for (const unit of units(statements)) {
    const expressions = allExpressions([unit]);
    const calls = expressions.flatMap(listingCall);
    if (calls.length === 0) continue;
    const endings = expressions.flatMap(testedEndings);
    for (const { name, folder } of calls) {
      if (endings.length === 0) open ??= `${name} brings files that it does not name`;
      const folders = folder === null ? ["."] : paths.read(folder);
      for (const ending of endings) {
        patterns.push(...folders.map((one) => joinPatterns([one, "**", `*${ending}`])));
      }
    }
  }
  return { patterns, open };
}

/** Functions by themselves, and other statements of the module. */
function units(statements: readonly Statement[]): Statement[] {
  return statements.flatMap((one) => {
    const inner = childrenOf(one).body.filter(({ kind }) => kind === "def" || kind === "class");
    return one.kind === "class" || one.kind === "compound" ? [...units(inner), one] : [one];
  });
}

interface ListingCall {
  readonly name: string;
  readonly folder: Expression | null;
}

function listingCall(value: Expression): ListingCall[] {
  if (value.kind !== "call") return [];
  const name = calleeName(value.callee);
  const owner = value.callee.kind === "attribute" ? value.callee.of : null;
  if (name === "iterdir" && owner !== null) return [{ name, folder: owner }];
  if (!/^(?:walk|fwalk|listdir|scandir)$/.test(name)) return [];
  const isPathWalk = name === "walk" && owner !== null && !(owner.kind === "name" && owner.name === "os");
  return [{ name, folder: isPathWalk ? owner : (value.args[0]?.value ?? null) }];
}

/** `.cpp` of `f.endswith(".cpp")`, `p.suffix in (".cpp", ".cu")`, `fnmatch(f, "*.cpp")`. */
function testedEndings(value: Expression): string[] {
  if (value.kind === "call") {
    const name = calleeName(value.callee);
    if (name === "endswith") return value.args.flatMap(endingsIn);
    return /^(?:fnmatch|fnmatchcase|filter)$/.test(name) ? value.args.flatMap(endingsIn) : [];
  }
  if (value.kind !== "operation" || !/^(?:==|in)$/.test(value.operator)) return [];
  const [left, right] = value.operands;
  const isSuffix =
    (left?.kind === "attribute" && left.name === "suffix") ||
    (left?.kind === "index" && left.of.kind === "call" && calleeName(left.of.callee) === "splitext") ||
    (left?.kind === "name" && /^(?:ext|suffix|extension)$/.test(left.name));
  return isSuffix && right !== null && right !== undefined ? texts(right) : [];
}

function endingsIn({ value }: Argument): string[] {
  return texts(value).map((text) => text.replace(/^\*+/, ""));
}

function texts(value: Expression): string[] {
  if (value.kind === "string") return [value.value];
  return value.kind === "display" ? value.items.flatMap(texts) : [];
}
