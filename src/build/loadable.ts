import type { RepoPath } from "../model.ts";

const KINDS = /\.(so|py|pyd|dylib)$/;
const NEVER =
  /(^|\/)(__pycache__|node_modules|[^/]+\.egg-info|\.[^/]+|build|_skbuild|cmake-build-[^/]*|venv|env|site-packages)\//;

/** Whether Python could load the file as a module: libraries and sources, never what lies in caches or build folders. */
export function isLoadable(path: RepoPath): boolean {
  return KINDS.test(path) && !NEVER.test(path) && !path.split("/").pop()?.startsWith(".rebuild-if-needed-");
}
