import { join } from "node:path";
import { keep } from "./kept.ts";
import type { Sandbox } from "./sandbox.ts";
import type { Venv } from "./venv.ts";

/**
 * A virtual environment with pip and some packages, as a copy of one that is made once: making one takes seconds,
 * copying it tenths. Scripts in its `bin` still name the first one's Python; `python -m` does not care.
 */
export async function venvCopy(box: Sandbox, folder: string, packages: readonly string[]): Promise<Venv> {
  const source = await keptVenv(packages);
  const full = folder.startsWith("/") ? folder : box.path(folder);
  const { code, stderr } = await box.run(box.root, ["cp", "-R", "-p", join(source, "venv"), full]);
  if (code !== 0) throw new Error(stderr);
  return venvAt(full, box.environment["PATH"] ?? "");
}

/** The same without a copy, for large ones: whoever uses it must not write into it. */
export async function sharedVenv(box: Sandbox, packages: readonly string[]): Promise<Venv> {
  return venvAt(join(await keptVenv(packages), "venv"), box.environment["PATH"] ?? "");
}

/** What a shell sees of an environment that something else made. */
export function venvAt(folder: string, path: string): Venv {
  const activated = { VIRTUAL_ENV: folder, PATH: `${join(folder, "bin")}:${path}` };
  return { folder, python: join(folder, "bin/python"), activated };
}

/** Folder that holds the environment `venv` with these packages; nobody may write into it. */
export function keptVenv(packages: readonly string[]): Promise<string> {
  const pythons = process.env["PATH"] ?? "";
  return keep("venvs", [...packages, pythons].join(" "), async (folder, run) => {
    await run(["python3", "-m", "venv", join(folder, "venv")]);
    const pip = [join(folder, "venv/bin/python"), "-m", "pip", "install", "--quiet"];
    if (packages.length > 0) await run([...pip, ...packages]);
  });
}
