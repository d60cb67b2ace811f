import { join } from "node:path";
import type { Sandbox } from "./sandbox.ts";

export interface Venv {
  readonly folder: string;
  readonly python: string;
  /** Variables of a shell in which it is activated; for `box.with`. */
  readonly activated: { readonly VIRTUAL_ENV: string; readonly PATH: string };
}

/**
 * A fresh virtual environment with some packages from the index (or from PIP_FIND_LINKS); with none, not even pip.
 * @param folder where, inside the sandbox; git must ignore it when it is in a repository.
 */
export async function pythonVenv(box: Sandbox, folder: string, packages: readonly string[]): Promise<Venv> {
  const full = folder.startsWith("/") ? folder : box.path(folder);
  const python = join(full, "bin", "python");
  await must(box, ["python3", "-m", "venv", ...(packages.length > 0 ? [] : ["--without-pip"]), full]);
  if (packages.length > 0) await must(box, [python, "-m", "pip", "install", "--quiet", ...packages]);
  const path = `${join(full, "bin")}:${box.environment["PATH"] ?? ""}`;
  return { folder: full, python, activated: { VIRTUAL_ENV: full, PATH: path } };
}

/** Lets an environment see a source folder as an editable install would, without pip. */
export async function seeFolder(box: Sandbox, venv: Venv, folder: string): Promise<void> {
  const question = "import sysconfig; print(sysconfig.get_path('purelib'))";
  const { stdout } = await box.run(box.root, [venv.python, "-c", question]);
  box.write(join(stdout.trim(), "source-folder.pth"), `${folder}\n`);
}

async function must(box: Sandbox, argv: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await box.run(box.root, argv, { limitMs: 600_000 });
  if (code !== 0) throw new Error(`${argv.join(" ")} (exit ${code})\n${stdout}${stderr}`);
}
