import {
  COMMON_ENVIRONMENT,
  NATIVE_INPUTS,
  packagesFor,
  pipRecipe,
  pyprojectTablesFor,
  toolsFor,
} from "../defaults.ts";
import { readProject } from "../project.ts";
import type { Preset } from "./preset.ts";

/**
 * meson-python loads an editable project's libraries from the build directory, so that is where the outputs are.
 * Its own default, `build/cp3XX`, is the user's; a directory with our name can be moved and made anew at will.
 */
const BUILD_DIR = "build/rebuild-if-needed";

export const mesonPython: Preset = {
  name: "meson-python",
  describe: "meson-python project, editable install",
  matches: (tree) => readProject(tree).backend === "mesonpy",
  extensions(tree) {
    const project = readProject(tree);
    return [
      {
        name: project.extensionName,
        inputs: NATIVE_INPUTS,
        pyprojectTables: pyprojectTablesFor(tree, "tool.meson-python"),
        outputs: [`${BUILD_DIR}/**/*.so`],
        distribution: project.distribution,
        buildDirs: [BUILD_DIR],
        recipe: pipRecipe(".", `-Cbuild-dir=${BUILD_DIR}`), // -C: pip >= 23.1, or uv
        environment: COMMON_ENVIRONMENT,
        require: [],
        tools: toolsFor(tree, NATIVE_INPUTS, ["meson", "ninja"]),
        packages: packagesFor(project, "meson-python", "meson"),
        guessed: true,
      },
    ];
  },
};
