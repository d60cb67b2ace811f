/** Pure: no `node:` module here. */
import type { Interpreter, Toolchain } from "../model.ts";
import { variableMeanings } from "./variable-meaning.ts";

/** Canonical text for the fingerprint's hash: contents and values, no paths of tools, no times. */
export function toolchainMeaning(toolchain: Toolchain): string {
  const byFirst = (a: readonly string[], b: readonly string[]): number =>
    (a[0] ?? "") < (b[0] ?? "") ? -1 : 1;
  return JSON.stringify({
    tools: toolchain.tools.map((tool) => [tool.role, tool.identity]).sort(byFirst),
    packages: toolchain.packages
      .map((entry) => [entry.name, entry.version ?? "", entry.identity])
      .sort(byFirst),
    variables: [...variableMeanings(toolchain)].sort(byFirst),
  });
}

/** Paths for the fast answer: while each `stat -L` of these is unchanged, so is the toolchain. */
export function toolchainFiles(toolchain: Toolchain, interpreter: Interpreter | null): string[] {
  const found = toolchain.tools.map((tool) => tool.path).filter((path) => path !== null);
  const files = [...toolchain.tools, ...toolchain.packages].flatMap((entry) => entry.files);
  // A package that is not there shows up as a new name in a folder that is.
  const isMissing = toolchain.packages.some((entry) => entry.version === null);
  const folders = isMissing ? (interpreter?.sitePackages ?? []) : [];
  const python = interpreter === null ? [] : [interpreter.path, ...interpreter.identityFiles];
  return [...new Set([...found, ...files.map((file) => file.path), ...folders, ...python])].sort();
}
