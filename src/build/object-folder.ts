/**
 * Where setuptools leaves its objects. A build by pip has them in a temporary directory, which is gone when pip ends;
 * told by this file, it has them in the state directory, so that a build that stopped half-way can be resumed
 * (docs/decisions/0027).
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import type { Extension, Workspace } from "../model.ts";
import { fileName } from "../store/baseline.ts";
import { readText } from "./answer/ninja-folder.ts";

/** Read by setuptools after every other configuration (setuptools 60, December 2021); others do not know it. */
const VARIABLE = "DIST_EXTRA_CONFIG";

/** The folder of an extension's objects, absolute: always the same, as ninja and CMake know theirs by its path. */
export function objectFolder(ws: Workspace, extension: string): string {
  return join(ws.stateDir, "objects", fileName(extension));
}

/** All build directories of an extension, absolute. */
export function buildFolders(ws: Workspace, { name, buildDirs }: Extension): string[] {
  return [...buildDirs.map((folder) => join(ws.top, folder)), objectFolder(ws, name)];
}

/** A variable that brings setuptools to build there; none where that could touch more than this one build. */
export function objectVariables(
  ws: Workspace,
  extension: Extension,
  own: NodeJS.ProcessEnv,
): Readonly<Record<string, string>> {
  const target = onlyTarget(extension);
  if (target === null || own[VARIABLE] !== undefined) return {};
  const [setupPy = null, ...others] = ["setup.py", "setup.cfg", "pyproject.toml"].map((name) =>
    readText(join(ws.top, target, name)),
  );
  const texts = [setupPy, ...others].filter((text) => text !== null);
  if (texts.length === 0 || texts.some((text) => CANNOT.test(text))) return {};
  const commands = commandNames(setupPy ?? "");
  const folder = objectFolder(ws, extension.name);
  if (commands.length === 0 || folder !== folder.trim() || folder.includes("\n")) return {};
  const path = `${folder}.cfg`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, commands.map((name) => `[${name}]\nbuild_temp = ${folder}\n`).join("\n"));
  return { [VARIABLE]: path };
}

/**
 * The folder of the one project that the recipe builds: a second one, or a requirement that pip builds on the way,
 * would find the objects of the first, and CMake would refuse its cache.
 */
function onlyTarget({ recipe, packages }: Extension): string | null {
  const [step = [], ...more] = recipe;
  const at = step.indexOf("install");
  const isPip = at > 0 && step[at - 1] === "pip";
  if (!isPip || more.length > 0 || !packages.includes("setuptools")) return null;
  const rest = step.slice(at + 1);
  if (!ONE_PROJECT.every((option) => rest.includes(option))) return null;
  const targets = rest.filter((word) => !word.startsWith("-"));
  const [target] = targets;
  const isOne = targets.length === 1 && target !== undefined && !posix.isAbsolute(target);
  return isOne ? target.replace(/\[[^\]]*\]$/, "") : null; // without extras
}

const ONE_PROJECT = ["--no-build-isolation", "--no-deps"];

/**
 * The project says itself where its objects go, or which command makes them; or it has sources above its folder, whose
 * objects would lie above ours.
 */
const CANNOT =
  /^\s*build[_-]temp\s*[:=]|\[tool\.setuptools\.cmdclass\]|["'][^"'\n]*\.\.\/[^"'\n]*\.(?:c|cc|cpp|cxx|cu|pyx|s)["']|["']\.\.["']/im;

/**
 * What the command that builds extensions may be called: setuptools' editable_wheel sets a command up anew by the name of
 * its class. A command without the option would end the build, so only classes count that are derived from `build_ext`.
 * @returns none where a class of such a name, or what setup.py takes for the command, is not known to be.
 */
function commandNames(setupPy: string): string[] {
  const torch = /\btorch\b/.test(setupPy) ? ["BuildExtension", "cls_with_options"] : [];
  const names = new Set(["build_ext", ...torch]);
  for (const [, name = "", bases = ""] of setupPy.matchAll(/^[ \t]*class\s+(\w+)\s*\(([^)]*)\)/gm)) {
    const [base = ""] = bases.split(",");
    const last = base.trim().split(".").at(-1) ?? "";
    if (names.has(last) || last === "_build_ext") names.add(name);
    else if (names.has(name)) return [];
  }
  for (const [, mapped = ""] of setupPy.matchAll(/\bbuild_ext["']?\s*\]?\s*[:=]\s*([\w.]+)/g)) {
    if (!mapped.split(".").some((part) => names.has(part))) return [];
  }
  return [...names];
}
