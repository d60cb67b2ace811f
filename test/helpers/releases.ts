import { cpSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keep } from "./kept.ts";
import { keptVenv } from "./venv-copy.ts";

/** A folder with the unpacked source releases of a project on PyPI, each in its own folder `name-version`. */
export function sourceReleases(
  name: string,
  versions: readonly string[],
  buildRequirements: readonly string[],
): Promise<string> {
  return keep("sources", [name, ...versions].join(" "), async (folder, run) => {
    // pip asks a source release for its metadata, and that takes what it is built with.
    const python = join(await keptVenv(buildRequirements), "venv/bin/python");
    for (const version of versions) {
      const pip = [python, "-m", "pip", "download", "--quiet", "--no-deps", "--no-build-isolation"];
      await run([...pip, `--no-binary=${name}`, "--dest", folder, `${name}==${version}`]);
    }
    for (const file of readdirSync(folder).filter((entry) => entry.endsWith(".tar.gz"))) {
      await run(["tar", "-xzf", join(folder, file), "-C", folder]);
    }
  });
}

/** Makes a work tree hold a release and nothing else but its git dir, with a `.gitignore` as upstream has it. */
export function checkOutRelease(release: string, folder: string, ignored: string): void {
  for (const entry of readdirSync(folder)) {
    if (entry !== ".git") rmSync(join(folder, entry), { recursive: true });
  }
  cpSync(release, folder, { recursive: true });
  writeFileSync(join(folder, ".gitignore"), ignored);
}

/** Wheels of PyPI, unpacked into one folder and not installed; nobody may write into it. */
export function unpackedWheels(requirements: readonly string[]): Promise<string> {
  return keep("wheels", requirements.join(" "), async (folder, run) => {
    const pip = ["python3", "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"];
    await run([...pip, "--target", folder, ...requirements]);
  });
}
