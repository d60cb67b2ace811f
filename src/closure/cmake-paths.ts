import { posix } from "node:path";
import type { RepoPath } from "../model.ts";
import { BUILD, TREE, UNKNOWN } from "./cmake-values.ts";

/**
 * A value as globs over repository paths; none where it is no path of the tree.
 * @param folder what a relative path starts from; null: unknown, so it may lie anywhere.
 */
export function toGlobs(value: string, folder: RepoPath | null): string[] {
  if (value.includes(BUILD)) return [];
  const text = value.replaceAll("\\", "/");
  const inTree = text.lastIndexOf(TREE);
  if (inTree !== -1) return wild(text.slice(inTree + 1).replace(/^\/+/, ""));
  if (text.startsWith("/") || /^[A-Za-z]:\//.test(text)) return [];
  if (text.startsWith(UNKNOWN)) return wild(text);
  if (folder === null) return wild(`**/${text}`);
  return wild(folder === "" ? text : `${folder}/${text}`);
}

/** UNKNOWN may hold slashes: `a/x?b.c` is `a/x*b.c` and, further down, `a/x*` + `/**` + `/*b.c`. */
function wild(path: string): string[] {
  const whole = path
    .split("/")
    .map((part) => (part.replaceAll(UNKNOWN, "") === "" && part !== "" ? "**" : part))
    .join("/");
  const near = normal(replaceUnknown(whole, "*"));
  const far = whole.includes(UNKNOWN) ? normal(replaceUnknown(whole, "*/**/*")) : null;
  return [...new Set([near, far])].filter((glob) => glob !== null);
}

/** At the start of a part nothing stands before the unknown text, so all its folders may be unknown too. */
function replaceUnknown(path: string, middle: string): string {
  const start = middle === "*" ? "$1*" : "$1**/*";
  return path
    .replace(new RegExp(`${UNKNOWN}+`, "g"), UNKNOWN)
    .replace(new RegExp(`(^|/)${UNKNOWN}`, "g"), start)
    .replaceAll(UNKNOWN, middle);
}

/** Null: outside of the tree. `**` + `/../x` is anywhere. */
function normal(path: string): string | null {
  let text = path;
  const up = text.lastIndexOf("/../");
  const anywhere = text.lastIndexOf("**/", up);
  if (up !== -1 && anywhere !== -1) text = `**/${text.slice(up + 4)}`;
  const clean = posix
    .normalize(text)
    .replace(/\/$/, "")
    .replace(/^(?:\*\*\/)+/, "**/");
  if (clean.startsWith("../") || clean === ".." || clean === "**" || clean === "*") return null;
  return clean === "." ? "" : clean;
}
