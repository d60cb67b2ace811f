import { existsSync } from "node:fs";
import { join } from "node:path";
import { encodePath } from "../git/path-bytes.ts";
import type { Interpreter } from "../model.ts";
import type { Contract } from "./contract.ts";
import type { OutputModule } from "./judge-imports.ts";
import { modulePlace } from "./module-name.ts";
import type { OutputFiles } from "./output-files.ts";
import type { ProbeRequest } from "./probe.ts";

/** The outputs that Python loads, as modules. */
export function outputModules(
  files: OutputFiles,
  contract: Contract,
  { sitePackages }: Interpreter,
): OutputModule[] {
  const wanted = contract.modules.map(({ module }) => module);
  return [...files.libraries, ...files.sources].map((path) => ({
    path,
    ...modulePlace(path, wanted, sitePackages),
  }));
}

/**
 * Where users import the packages of the tree from when the environment does not provide them.
 * @param isApart the tree is an unpacked wheel: it comes before a copy in the environment.
 */
export function importRoots(
  top: string,
  modules: readonly OutputModule[],
  contract: Contract,
  { sitePackages }: Interpreter,
  isApart: boolean,
): ProbeRequest["roots"] {
  if (isApart) return [{ root: top, package: "", first: true }];
  const roots = new Map<string, ProbeRequest["roots"][number]>();
  const add = (root: string, module: string): void => {
    const name = module.split(".")[0] ?? "";
    if (name !== "" && !sitePackages.includes(root))
      roots.set(`${root}\0${name}`, { root, package: name, first: false });
  };
  for (const { root, module } of modules) add(root, module);
  for (const { module } of contract.modules) {
    const base = module.split(".")[0] ?? "";
    for (const root of [join(top, "src"), top]) {
      if (existsSync(encodePath(join(root, base))) || existsSync(encodePath(join(root, `${base}.py`))))
        add(root, module);
    }
  }
  return [...roots.values()];
}
