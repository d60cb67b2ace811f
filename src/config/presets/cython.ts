import { readProject } from "../project.ts";
import type { Preset } from "./preset.ts";
import { setuptoolsExtension } from "./setuptools.ts";

/** Cython modules built by setuptools. What Cython writes (`fast.c`, `fast.cpp`) is git-ignored and no input. */
export const cython: Preset = {
  name: "cython",
  describe: "Cython modules built by setuptools, editable install",
  matches(tree) {
    const { backend, files, requires, setupPy } = readProject(tree);
    if (backend !== null && backend !== "setuptools" && !files.has("setup.py")) return false;
    const isNamed = /\b[Cc]ythonize\b|\bCython\b/.test(setupPy) || requires.includes("cython");
    return isNamed && [...files].some((path) => path.endsWith(".pyx"));
  },
  extensions: (tree) => [setuptoolsExtension(tree, ["CYTHON_TRACE", "CYTHON_LIMITED_API"], "cython")],
};
