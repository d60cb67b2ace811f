import { compileGlobs } from "../../config/globs.ts";
import type { TrackedFiles } from "../../git/work-tree.ts";
import { readTracked } from "../../git/work-tree.ts";
import type { Extension, Interpreter, Reason, RepoPath, Workspace } from "../../model.ts";
import { compareFingerprints, compareInputs } from "../../fingerprint/compare.ts";
import type { ObservedExtension } from "../../observe.ts";
import { type Before, beforeOf, type BuiltFrom } from "./name-rule.ts";
import { type NativeName, nativeNames } from "./native-names.ts";
import { scanTree } from "./tree-scan.ts";

/** The native names of an extension, and why their callers may be missing in it. */
export interface NativeContract {
  readonly names: readonly NativeName[];
  readonly noCallers: string | null;
}

/** What sources and callers say of each of the extensions, in their order. One scan of the tree serves all. */
export async function nativeContracts(
  ws: Workspace,
  tree: TrackedFiles,
  extensions: readonly Extension[],
  python: string | null,
): Promise<NativeContract[]> {
  const scan = await scanTree(ws, tree, python);
  return extensions.map(({ inputs, optional }) => ({
    names: nativeNames(scan, compileGlobs(inputs), optional),
    noCallers: scan.noCallers,
  }));
}

/** The names for a build that has just been made. Empty where it made no library, or git cannot say what it tracks. */
export async function namesOfBuild(
  ws: Workspace,
  extension: Extension,
  outputs: readonly string[],
  interpreter: Interpreter | null,
): Promise<readonly NativeName[]> {
  if (interpreter === null || !outputs.some((path) => /\.(?:so|pyd|dylib)$/.test(path))) return [];
  const tree = await readTracked(ws);
  if (tree === null) return [];
  const [contract] = await nativeContracts(ws, tree, [extension], interpreter.path);
  return contract?.names ?? [];
}

/** What the outputs are built from, by the reasons of a look. */
export function builtFrom(reasons: readonly Reason[]): BuiltFrom {
  const kinds = new Set(reasons.map(({ kind }) => kind));
  if (UNCERTAIN.some((kind) => kinds.has(kind))) return { kind: "unknown" };
  const changed = new Set<RepoPath>();
  for (const { kind, path } of reasons)
    if (kind.startsWith("input-") && path !== undefined) changed.add(path);
  return changed.size === 0 ? { kind: "this" } : { kind: "older", changed };
}

/** What the last verified build had; null: there is none, or its record says nothing of names. */
export function lastVerified({ known, observation }: ObservedExtension): Before | null {
  if (known.kind !== "known" || known.baseline.names === undefined) return null;
  const { names, fingerprint, alsoRead = {} } = known.baseline;
  const read = new Map(Object.entries(alsoRead));
  return beforeOf(names, [
    ...compareFingerprints(fingerprint, observation.fingerprint),
    ...compareInputs(read, observation.alsoRead ?? read),
  ]);
}

const UNCERTAIN = [
  "no-baseline",
  "baseline-unreadable",
  "baseline-unproven",
  "tree-moved-during-build",
  "output-changed",
] as const;
