import {
  buildDirsFor,
  COMMON_ENVIRONMENT,
  NATIVE_INPUTS,
  packagesFor,
  pyprojectTablesFor,
  toolsFor,
} from "../defaults.ts";
import { readProject } from "../project.ts";
import type { Preset } from "./preset.ts";

/** A CMake project without a Python build backend: configured and built in `build/`, where Python loads from. */
export const cmake: Preset = {
  name: "cmake",
  describe: "CMake project, built in build/",
  matches(tree) {
    const project = readProject(tree);
    if (!project.files.has("CMakeLists.txt")) return false;
    return /python|pybind11|nanobind|torch/i.test(project.cmakeText) || project.files.has("pyproject.toml");
  },
  extensions(tree) {
    const project = readProject(tree);
    return [
      {
        name: project.extensionName,
        inputs: NATIVE_INPUTS,
        pyprojectTables: pyprojectTablesFor(tree),
        // A project that writes its libraries into the package says so by `outputs` in its configuration.
        outputs: ["build/**/*.so"],
        distribution: null,
        buildDirs: buildDirsFor(tree, ["build"]),
        recipe: [
          ["cmake", "-S", ".", "-B", "build"],
          ["cmake", "--build", "build"],
        ],
        environment: COMMON_ENVIRONMENT,
        require: [],
        tools: toolsFor(tree, NATIVE_INPUTS, ["cmake"]),
        packages: packagesFor(project),
        guessed: true,
      },
    ];
  },
};
