/** Modules of the tree that a build script imports. */
import { joinPatterns, OWN_FOLDER, UNKNOWN } from "./path-pattern.ts";
import { calleeName } from "./python-names.ts";
import type { PathReader } from "./python-paths.ts";
import { isStandardModule } from "./python-stdlib.ts";
import type { Expression, Import, Statement } from "./python-syntax.ts";
import { allExpressions, allStatements } from "./python-walk.ts";

/**
 * Files that its imports can mean, in its own folder and those that it puts on `sys.path`; a module from elsewhere
 * is in none. One that is imported for the version alone counts only where what is imported is used.
 */
export function importedModules(statements: readonly Statement[], paths: PathReader): string[] {
  const expressions = allExpressions(statements);
  const used = new Set(expressions.flatMap((one) => (one.kind === "name" ? [one.name] : [])));
  const folders = ["", ...expressions.flatMap((one) => searchFolders(one, paths))];
  return allStatements(statements)
    .filter((one) => one.kind === "import")
    .filter((one) => !isStandardModule(one.module) && (!tellsVersion(one) || used.has(boundName(one))))
    .flatMap((one) => folders.flatMap((folder) => moduleFiles(one, folder)));
}

/** The name that an import binds. */
function boundName({ module, name, alias }: Import): string {
  return alias ?? name ?? module.split(".")[0] ?? module;
}

/** True for the module, or the name in it, that tells a package's version and the like. */
function tellsVersion({ module, name }: Import): boolean {
  const last = module.split(".").at(-1) ?? "";
  if (name === null) return VERSION.test(last);
  return VERSION.test(name) || (VERSION.test(last) && name !== "*");
}

const VERSION =
  /^_*(?:version|versions|about|meta|metadata|author|email|license|url|info)_*$|^_*version_?info_*$/i;

function moduleFiles({ module, name }: Import, folder: string): string[] {
  const dots = /^\.*/.exec(module)?.[0].length ?? 0;
  const base = dots === 0 ? folder : joinPatterns([OWN_FOLDER, ...Array<string>(dots - 1).fill("..")]);
  const parts = module
    .slice(dots)
    .split(".")
    .filter((part) => part !== "");
  const full = name === null || name === "*" ? parts : [...parts, name];
  // Importing `a.b.c` runs a and a.b as well; `from a.b import c` may mean a module c or a name in b.
  return full.flatMap((_, at) => {
    const file = joinPatterns([base, ...full.slice(0, at + 1)]);
    return [`${file}.py`, `${file}/__init__.py`];
  });
}

/** Folders of `sys.path.insert(0, folder)`, `sys.path.append` and `sys.path = [...]`. */
function searchFolders(value: Expression, paths: PathReader): string[] {
  if (value.kind !== "call" || !/^(?:insert|append|extend)$/.test(calleeName(value.callee))) return [];
  const owner = value.callee.kind === "attribute" ? value.callee.of : null;
  if (owner?.kind !== "attribute" || owner.name !== "path") return [];
  return value.args.flatMap((arg) => paths.read(arg.value)).filter((pattern) => pattern !== UNKNOWN);
}
