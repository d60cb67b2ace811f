/** Where this package lies. Found by looking up, because code is bundled: a file's place in `src` says nothing about `dist`. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Absolute path of a file of this package, such as `ownFile("hooks", "post-merge")`. Throws outside a package. */
export function ownFile(...parts: readonly string[]): string {
  return join(packageRoot(import.meta.dirname), ...parts);
}

/** This package's version, or an empty text when its package.json is damaged. */
export function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(ownFile("package.json"), "utf8"));
  const isNamed = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isNamed ? String(manifest.version) : "";
}

/** Nearest folder at or above `from` that holds our package. Throws when there is none. */
export function packageRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (isPackage(folder)) return folder;
    if (folder === dirname(folder)) throw new Error(`no package rebuild-if-needed at or above ${from}`);
  }
}

function isPackage(folder: string): boolean {
  return existsSync(join(folder, "package.json")) && existsSync(join(folder, "hooks", "post-merge"));
}
