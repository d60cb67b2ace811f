import { existsSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, posix } from "node:path";
import { encodePath, showPath } from "../git/path-bytes.ts";
import type { Interpreter, Output, Reason, RepoPath } from "../model.ts";

/**
 * Packages of the environment that hide outputs of the tree: site-packages is searched before what an editable install
 * adds, so a copy that a plain `pip install` left there is what Python loads, wherever it was built from. One reason
 * for each copy. PYTHONPATH and the present folder play no part: they differ from one start to the next.
 */
export function findSiteShadows(
  top: string,
  outputs: readonly Output[],
  interpreter: Pick<Interpreter, "extSuffix" | "sitePackages"> | null,
): Reason[] {
  if (interpreter === null) return [];
  const own = outputs.map((output) => output.path).filter((path) => isAbsolute(path));
  const reasons = new Map<string, Reason>();
  for (const { path } of outputs) {
    if (isAbsolute(path) || !/\.(so|py)$/.test(path)) continue;
    const { folder, name, isPackage } = importedAs(top, path);
    const files = [`${name}/__init__.py`];
    if (!isPackage) files.push(...[interpreter.extSuffix, ".abi3.so", ".so", ".py"].map((end) => name + end));
    for (const to of interpreter.sitePackages.flatMap((site) => files.map((file) => join(site, file)))) {
      const place = to.endsWith("/__init__.py") ? `${dirname(to)}/` : to;
      const isOurs = own.some((one) => one === to || one.startsWith(place));
      if (reasons.has(to) || isOurs || !existsSync(encodePath(to)) || leadsTo(to, join(top, folder)))
        continue;
      const text = `${showPath(to)} is imported in place of ${showPath(path)}`;
      reasons.set(to, { kind: "output-shadowed", path, to, text });
    }
  }
  return [...reasons.values()];
}

/** The top package that an output belongs to, or the module that it is, and the folder of that. */
function importedAs(top: string, path: RepoPath): { folder: RepoPath; name: string; isPackage: boolean } {
  let folder = posix.dirname(path);
  let name = posix.basename(path).split(".")[0] ?? "";
  let isPackage = false;
  while (folder !== "." && existsSync(encodePath(join(top, folder, "__init__.py")))) {
    name = posix.basename(folder);
    folder = posix.dirname(folder);
    isPackage = true;
  }
  return { folder: isPackage ? posix.join(folder, name) : folder, name, isPackage };
}

/** A link from site-packages into the tree hides nothing. */
function leadsTo(file: string, folder: string): boolean {
  try {
    return dirname(realpathSync(file)) === realpathSync(folder);
  } catch {
    return false;
  }
}
