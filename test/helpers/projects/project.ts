import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a test needs to know of a project that was written. */
export interface Project {
  readonly folder: string;
  /** Absolute path of the native source; write `cpythonModule(...)` to it for a native change. */
  readonly source: string;
  /** Name of the compiled module. */
  readonly module: string;
  /** What to type to build it by hand, with a venv's Python first on PATH. */
  readonly build: readonly string[];
}

/** Writes files below `folder`, and says what a test needs to know. */
export function writeProject(
  folder: string,
  project: Omit<Project, "folder">,
  files: Readonly<Record<string, string>>,
): Project {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return { ...project, folder, source: join(folder, project.source) };
}

/** What all of these projects ignore. */
export const GITIGNORE = "*.so\n__pycache__/\n*.egg-info/\n/build/\n/.venv/\n";
