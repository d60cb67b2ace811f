import { createHash } from "node:crypto";
import type { TreeText } from "../../src/closure/facts.ts";

/** A tree in memory: texts by path; `-> target` is a link, `@commit` a submodule. */
export function treeOf(files: Readonly<Record<string, string>>): TreeText {
  const ids = new Map(Object.entries(files).map(([path, text]) => [path, idOf(text)]));
  const read = (paths: readonly string[]): Promise<Map<string, string>> =>
    Promise.resolve(new Map(paths.flatMap((path) => textOf(path, files[path]))));
  return { ids, read };
}

function idOf(text: string): string {
  const id = createHash("sha1").update(text).digest("hex");
  return text.startsWith("-> ") ? `link:${id}` : text.startsWith("@") ? `commit:${id}` : id;
}

function textOf(path: string, text: string | undefined): [string, string][] {
  return text === undefined || text.startsWith("@") ? [] : [[path, text.replace(/^-> /, "")]];
}
