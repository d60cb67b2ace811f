import { existsSync, realpathSync } from "node:fs";
import { isAbsolute, join, posix } from "node:path";
import { encodePath, showPath } from "../git/path-bytes.ts";
import type { Interpreter, Reason, RepoPath } from "../model.ts";

/**
 * Modules of the environment that hide outputs of the tree: site-packages is searched before what an editable install
 * adds, so a copy that a plain `pip install` left there is what Python loads, wherever it was built from. PYTHONPATH and
 * the present folder play no part: they differ from one start to the next.
 * @param outputs relative to `top` where they lie in the tree, absolute in the environment.
 */
export function findSiteShadows(
  top: string,
  outputs: readonly string[],
  interpreter: Pick<Interpreter, "extSuffix" | "sitePackages"> | null,
): Reason[] {
  if (interpreter === null) return [];
  const own = new Set(outputs);
  const endings = [interpreter.extSuffix, ".abi3.so", ".so", ".py"];
  const reasons: Reason[] = [];
  for (const path of outputs) {
    if (isAbsolute(path) || !/\.(so|py)$/.test(path)) continue;
    const { root, isPackage } = importedFrom(top, path);
    const inside = posix.relative(root, path);
    const stem = posix.join(posix.dirname(inside), posix.basename(inside).split(".")[0] ?? "");
    const [name = ""] = inside.split("/");
    const sites = interpreter.sitePackages.filter(
      (site) => !isPackage || hidesPackage(top, root, site, name),
    );
    const copies = sites.flatMap((site) => endings.map((ending) => join(site, stem + ending)));
    const to = copies.find((copy) => !own.has(copy) && isOther(copy, join(top, path)));
    if (to === undefined) continue;
    const text = `${showPath(to)} is imported in place of ${showPath(path)}`;
    reasons.push({ kind: "output-shadowed", path, to, text });
  }
  return reasons;
}

/** The folder that an output's module is imported from. */
function importedFrom(top: string, path: RepoPath): { root: RepoPath; isPackage: boolean } {
  let root = posix.dirname(path);
  while (root !== "." && existsSync(encodePath(join(top, root, "__init__.py")))) root = posix.dirname(root);
  return { root, isPackage: root !== posix.dirname(path) };
}

/** A folder without `__init__.py` is passed over for a package that comes later; a link into the tree is the tree. */
function hidesPackage(top: string, root: RepoPath, site: string, name: string): boolean {
  const other = join(site, name, "__init__.py");
  return existsSync(encodePath(other)) && isOther(other, join(top, root, name, "__init__.py"));
}

/** True for a file that is there and is not, by way of a link, this one. */
function isOther(file: string, path: string): boolean {
  try {
    return existsSync(encodePath(file)) && realpathSync(file) !== realpathSync(path);
  } catch {
    return existsSync(encodePath(file));
  }
}
