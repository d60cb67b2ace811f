/** The contract of a clone without a build: by reading alone, and without the look that a build would need. */
import { findOutputs } from "../../build/find-outputs.ts";
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
import { type NativeContract, nativeContracts } from "./native-contract.ts";

/** The contract of one extension, by its name. */
export interface Explained {
  readonly name: string;
  readonly contract: ExplainedContract;
}

/**
 * Contracts of the extensions when none of them has an output. Null: something is built, or what is here cannot be
 * read so simply, and a whole look tells more.
 */
export async function readUnbuilt(
  ws: Workspace,
  only: readonly string[] | null,
): Promise<Explained[] | null> {
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
  const contracts = await nativeContracts(ws, tree, chosen, python);
  return chosen.map(({ name, require }, at) => ({
    name,
    contract: explainUnseen({ libraries: [], require }, contracts[at]),
  }));
}

/** What is known before anything is loaded. */
export function explainUnseen(
  { libraries, require }: Pick<ExplainedContract, "libraries" | "require">,
  native: NativeContract | undefined,
): ExplainedContract {
  const { names = [], noCallers = null } = native ?? {};
  return { libraries, require, names: judgeUnbuilt(names), noCallers };
}
