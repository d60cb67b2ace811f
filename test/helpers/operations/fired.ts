import { readFileSync } from "node:fs";
import type { Ground } from "./ground.ts";
import type { Tree } from "./tree.ts";

/**
 * Reads what the twin's hooks have noted since it was read last: the hooks by which git told that files of a work tree may
 * have changed, in their order. A hook of a clone or a new work tree, and an index written alone, tell nothing.
 */
export function firedReader(ground: Ground): (tree: Tree) => string[] {
  let seen = 0;
  return (tree) => {
    const lines = readFileSync(ground.box.path("fired"), "utf8").split("\n").slice(0, -1);
    const fresh = lines.slice(seen);
    seen = lines.length;
    return fresh.flatMap((line) => {
      const [folder, hook = "", first = ""] = line.split(" ");
      if (folder !== tree.twin || (hook === "post-checkout" && /^0+$/.test(first))) return [];
      return hook === "post-index-change" && first !== "1" ? [] : [hook];
    });
  };
}
