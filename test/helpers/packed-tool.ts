import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { keep } from "./kept.ts";
import { packageRoot } from "./sandbox.ts";

/** What goes into the tarball (`files` of package.json, and what npm adds). */
const PACKED = ["package.json", "dist", "hooks", "docs/schema.json"];

/**
 * Packs this package and installs the tarball as a user would, once for each content; `box.cli` then runs that.
 * The package must have been built.
 */
export async function usePackedTool(): Promise<void> {
  const root = packageRoot();
  const folder = await keep("packed", contentOf(root), async (target, run) => {
    // `prepare` would build again, and into the folder that other tests run from.
    await run(["npm", "pack", root, "--ignore-scripts", "--silent"]);
    const [tarball = ""] = readdirSync(target).filter((name) => name.endsWith(".tgz"));
    await run(["npm", "install", "--prefix", target, "--no-audit", "--no-fund", "--silent", `./${tarball}`]);
  });
  process.env["REBUILD_IF_NEEDED_TEST_CLI"] = join(folder, "node_modules/rebuild-if-needed/dist/cli.js");
}

function contentOf(root: string): string {
  const hash = createHash("sha256");
  for (const path of PACKED.flatMap((entry) => filesIn(root, entry))) {
    hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  }
  return hash.digest("hex");
}

function filesIn(root: string, path: string): string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((entry) => filesIn(root, `${path}/${entry}`));
}
