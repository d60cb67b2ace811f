import {
  buildDirsFor,
  COMMON_ENVIRONMENT,
  NATIVE_INPUTS,
  packagesFor,
  pipRecipe,
  pyprojectTablesFor,
  toolsFor,
} from "../defaults.ts";
import { readProject, type Project } from "../project.ts";
import { buildsExtensions } from "../setup-py.ts";
import type { Extension, ToolRole } from "../../model.ts";
import type { TreeReader } from "../tree-reader.ts";
import type { Preset } from "./preset.ts";

/** setuptools with native extensions: plain C and C++, pybind11, or a setup.py that drives CMake. */
export const setuptools: Preset = {
  name: "setuptools",
  describe: "setuptools project with native extensions, editable install",
  matches(tree) {
    const project = readProject(tree);
    if (project.backend !== null && project.backend !== "setuptools" && !project.files.has("setup.py"))
      return false;
    return (
      buildsExtensions(project.setupPy) || project.table("tool.setuptools")?.["ext-modules"] !== undefined
    );
  },
  extensions: (tree) => [setuptoolsExtension(tree, ["FORCE_CUDA", "USE_NINJA", "CYTHON_TRACE"])],
};

/** @param environment variables of this kind of project that change what is built. */
export function setuptoolsExtension(
  tree: TreeReader,
  environment: readonly string[],
  ...packages: readonly string[]
): Extension {
  const project = readProject(tree);
  return {
    name: project.extensionName,
    inputs: NATIVE_INPUTS,
    pyprojectTables: pyprojectTablesFor(tree, "tool.setuptools"),
    outputs: ["**/*.so"], // an editable install copies the libraries beside their packages
    distribution: project.distribution,
    // Used where setup.py drives CMake and by pip before it knew PEP 660; left alone, it keeps old objects.
    buildDirs: buildDirsFor(tree, ["build"]),
    recipe: pipRecipe("."),
    environment: [...COMMON_ENVIRONMENT, ...environment],
    require: [],
    tools: toolsFor(tree, NATIVE_INPUTS, backendTools(project)),
    packages: packagesFor(project, "setuptools", ...packages),
    guessed: true,
  };
}

function backendTools(project: Project): ToolRole[] {
  const usesCMake = project.files.has("CMakeLists.txt") && /cmake/i.test(project.setupPy);
  const usesNinja = usesCMake || /\b(?:torch|BuildExtension)\b/.test(project.setupPy);
  return [...(usesCMake ? ["cmake" as const] : []), ...(usesNinja ? ["ninja" as const] : [])];
}
