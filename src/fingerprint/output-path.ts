import { isAbsolute, join } from "node:path";

/** Absolute path of an output, which may lie in the work tree or in the environment. */
export function outputPath(top: string, path: string): string {
  return isAbsolute(path) ? path : join(top, path);
}
