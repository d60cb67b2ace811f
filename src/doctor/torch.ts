import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findDistributions } from "../fingerprint/distributions.ts";
import type { Interpreter } from "../model.ts";

/** The installed torch, read without importing it (an import takes seconds). */
export interface Torch {
  readonly version: string;
  /** CUDA version that it was built with, or null for a build without CUDA. */
  readonly cuda: string | null;
  /** The file that says so. */
  readonly file: string;
}

/** The torch of an environment, or null when there is none or it does not tell. */
export function findTorch(interpreter: Interpreter | null): Torch | null {
  if (interpreter === null) return null;
  const root = findDistributions(interpreter.sitePackages, ["torch"]).get("torch")?.root;
  const roots = root === undefined ? interpreter.sitePackages : [root];
  for (const folder of roots) {
    const file = join(folder, "torch/version.py");
    const text = readText(file);
    if (text !== null) return parseTorch(text, file);
  }
  return null;
}

/** `cuda: Optional[str] = '12.8'`, and `cuda = None` or an empty string where there is none. */
function parseTorch(text: string, file: string): Torch {
  const value = (name: string): string =>
    new RegExp(`^${name}\\s*(?::[^=\\n]*)?=\\s*(['"])(.*?)\\1`, "m").exec(text)?.[2] ?? "";
  return { version: value("__version__"), cuda: value("cuda") || null, file };
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
