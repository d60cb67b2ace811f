/** The contract of a clone without a build: by reading alone, and without the look that a build would need. */
import { findOutputs } from "../../build/find-outputs.ts";
import { compileGlobs } from "../../config/globs.ts";
import { loadConfig } from "../../config/load.ts";
import { findInterpreter } from "../../fingerprint/interpreter.ts";
import { installedLookup } from "../../fingerprint/installed-lookup.ts";
import { untrackedOnly } from "../../fingerprint/search-path.ts";
import { workTreeReader } from "../../git/work-tree-reader.ts";
import { readWorkTree } from "../../git/work-tree.ts";
import type { Extension, Workspace } from "../../model.ts";
import { readBaseline } from "../../store/baseline.ts";
import { readEnvironment } from "../../store/environment.ts";
import { relative } from "node:path";
import type { ExplainedContract } from "./format-contract.ts";
import { judgeUnbuilt } from "./judge-names.ts";
import { nativeNames } from "./native-names.ts";
import { scanTree, type TreeScan } from "./tree-scan.ts";

export interface UnbuiltContract {
  readonly extension: string;
  readonly contract: ExplainedContract;
}

/**
 * Contracts of the extensions when none of them has an output. Null: something is built, or what is here cannot be
 * read so simply, and a whole look tells more.
 */
export async function readUnbuilt(
  ws: Workspace,
  only: readonly string[] | null,
): Promise<UnbuiltContract[] | null> {
  const record = readEnvironment(ws);
  const tree = await readWorkTree(ws);
  if (!record.ok || tree === null) return null;
  const config = await loadConfig(ws, workTreeReader(ws.top, tree), installedLookup(record.value));
  if (!config.ok) return null;
  const chosen = config.value.extensions.filter(({ name }) => only?.includes(name) ?? true);
  const mayRun = untrackedOnly(ws.top, (path) => tree.tracked.has(relative(ws.top, path)));
  const found = findInterpreter(ws.top, config.value.interpreter, process.env, mayRun);
  const python = record.value?.interpreter?.path ?? (found.ok ? found.value : null);
  const isBuilt = ({ name }: Extension): boolean => {
    const known = readBaseline(ws, name, python);
    return !known.ok || known.value.kind !== "none";
  };
  if (
    chosen.length === 0 ||
    chosen.some((one) => isBuilt(one) || findOutputs(ws.top, one, tree.tracked).length > 0)
  )
    return null;
  const scan = await scanTree(ws, tree, python);
  return chosen.map((extension) => ({
    extension: extension.name,
    contract: unbuiltContract(extension, scan),
  }));
}

function unbuiltContract({ inputs, require }: Extension, scan: TreeScan): ExplainedContract {
  const names = judgeUnbuilt(nativeNames(scan, compileGlobs(inputs)));
  return { libraries: [], require, names, noCallers: scan.noCallers };
}
