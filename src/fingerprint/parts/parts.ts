/** Files of which only a part can change a build. */
import type { RepoPath } from "../../model.ts";
import { pyprojectId } from "../pyproject.ts";

/** Canonical text of a file's part, the same on every machine; null where it cannot be read: then all of it counts. */
export type PartReader = (text: string, tables: readonly string[]) => Promise<string | null>;

/**
 * How a file counts by part; null: it counts by its content. By part count pyproject.toml, setup.py, setup.cfg and
 * lists of requirements: those for building by all their pins, others by the pins that matter at build time. Readers
 * are loaded when they are first used.
 */
export function partReader(path: RepoPath): PartReader | null {
  if (!MAYBE.has(path.slice(path.lastIndexOf(".") + 1).toLowerCase())) return null; // of nearly all
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (path === "pyproject.toml") return pyprojectId;
  if (name === "pyproject.toml") return (text) => pyprojectId(text, ANY_BACKEND);
  if (name === "setup.py") return async (text) => (await import("./setup-py.ts")).setupPyPart(text);
  if (name === "setup.cfg") return async (text) => (await import("./setup-cfg.ts")).setupCfgPart(text);
  if (!REQUIREMENTS.test(path)) return null;
  return async (text) => {
    const { matchesBuildTime, requirementsPart } = await import("./requirements.ts");
    return FOR_BUILDING.test(path) ? requirementsPart(text) : requirementsPart(text, matchesBuildTime);
  };
}

/**
 * Content id of a file's part, `part:<sha256>`; null where it counts whole.
 * @param tables the tables of pyproject.toml that count.
 */
export async function partId(
  path: RepoPath,
  text: string,
  tables: readonly string[],
): Promise<string | null> {
  const part = (await partReader(path)?.(text, tables)) ?? null;
  if (part === null) return null;
  const { createHash } = await import("node:crypto");
  return `part:${createHash("sha256").update(part).digest("hex")}`;
}

/** Of a project in a folder of its own the backend is not looked up: the tables of each one count. */
const ANY_BACKEND = ["build-system", "tool.scikit-build", "tool.meson-python", "tool.setuptools"];

const MAYBE = new Set(["cfg", "in", "py", "toml", "txt"]);
const REQUIREMENTS = /(?:^|\/)(?:requirements[^/]*|[^/]*[-_.]requirements|requirements\/.+)\.(?:txt|in)$/i;
const FOR_BUILDING = /(?:^|[/_.-])build(?:[/_.-]|$)|build-?system/i;
