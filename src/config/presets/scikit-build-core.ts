import type { RepoPath } from "../../model.ts";
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
import type { Preset } from "./preset.ts";

export const scikitBuildCore: Preset = {
  name: "scikit-build-core",
  describe: "scikit-build-core project, editable install",
  matches: (tree) => readProject(tree).backend === "scikit_build_core",
  extensions(tree) {
    const project = readProject(tree);
    const editable = project.table("tool.scikit-build.editable");
    // Mode "redirect", the default, leaves the libraries in site-packages, where the distribution's RECORD
    // names them; "inplace" leaves them beside their sources.
    const inTree = editable?.["mode"] === "inplace" || project.distribution === null;
    // Rebuilding at import changes the libraries behind every record, and newer versions then load them from
    // the build directory. This tool does that work at a better moment.
    const settings = editable?.["rebuild"] === true ? ["-Ceditable.rebuild=false"] : [];
    return [
      {
        name: project.extensionName,
        inputs: NATIVE_INPUTS,
        pyprojectTables: pyprojectTablesFor(tree, "tool.scikit-build"),
        outputs: inTree ? ["**/*.so"] : [],
        distribution: project.distribution,
        buildDirs: buildDirsFor(tree, configuredBuildDir(project)),
        recipe: pipRecipe(".", ...settings),
        environment: [
          ...COMMON_ENVIRONMENT,
          "SKBUILD_CMAKE_ARGS",
          "SKBUILD_CMAKE_DEFINE",
          "SKBUILD_CMAKE_BUILD_TYPE",
        ],
        require: [],
        tools: toolsFor(tree, NATIVE_INPUTS, ["cmake", "ninja"]),
        packages: packagesFor(project, "scikit-build-core"),
        guessed: true,
      },
    ];
  },
};

/**
 * The folder above the first `{...}` of `build-dir = "build/{wheel_tag}"`: tags differ between interpreters and
 * with the stable ABI. Not configured: a temporary directory, each build a clean one.
 */
function configuredBuildDir(project: Project): RepoPath[] {
  const configured = project.table("tool.scikit-build")?.["build-dir"];
  if (typeof configured !== "string") return [];
  const whole = configured.split("/").filter((part) => part !== "." && part !== "");
  const end = whole.findIndex((part) => part.includes("{"));
  const parts = end === -1 ? whole : whole.slice(0, end);
  return parts.length === 0 || configured.startsWith("/") || parts.includes("..") ? [] : [parts.join("/")];
}
