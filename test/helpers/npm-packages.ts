import { join } from "node:path";
import { keep } from "./kept.ts";

/**
 * Folder of the programs (`node_modules/.bin`) of npm packages of exact versions, from the registry. They are no
 * devDependencies of ours: both managers install hooks of their own as soon as npm installs them into a repository.
 */
export async function npmPrograms(...packages: readonly string[]): Promise<string> {
  const folder = await keep("npm-packages", packages.join(" "), async (place, run) => {
    const npm = [
      "npm",
      "install",
      "--prefix",
      place,
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--silent",
    ];
    await run([...npm, ...packages]);
  });
  return join(folder, "node_modules", ".bin");
}
