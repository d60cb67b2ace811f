import { buildDirsFor, COMMON_ENVIRONMENT, packagesFor, pipRecipe, toolsFor } from "../defaults.ts";
import { readProject } from "../project.ts";
import { parseToml, tableAt } from "../toml.ts";
import type { TreeReader } from "../tree-reader.ts";
import type { Preset } from "./preset.ts";

/** SGLang: the engine is Python; the kernels are a project of their own in `sgl-kernel/`. CUDA only. */
export const sglKernel: Preset = {
  name: "sgl-kernel",
  describe: "SGLang's kernel library in sgl-kernel/, CUDA",
  matches: (tree) => {
    const { files } = readProject(tree);
    return files.has("sgl-kernel/pyproject.toml") && files.has("sgl-kernel/CMakeLists.txt");
  },
  extensions(tree) {
    const inputs = [
      "sgl-kernel/{csrc,include,cmake,3rdparty}/**",
      "sgl-kernel/src/**/*.{cc,cpp,cu,cuh,h,hpp}", // sources lay there until early 2025, beside Python
      "!sgl-kernel/csrc/{cpu,xpu,musa}/**",
      "!sgl-kernel/**/*.md",
      "sgl-kernel/CMakeLists.txt",
      "sgl-kernel/setup.py",
      "sgl-kernel/pyproject.toml",
    ];
    return [
      {
        name: "sgl-kernel",
        inputs,
        pyprojectTables: [],
        outputs: [],
        distribution: distributionName(tree),
        buildDirs: buildDirsFor(tree, ["sgl-kernel/build"]),
        recipe: pipRecipe("./sgl-kernel"),
        environment: COMMON_ENVIRONMENT,
        require: [],
        tools: toolsFor(tree, inputs, ["cmake", "ninja"]),
        packages: packagesFor(readProject(tree), "scikit-build-core", "torch"),
        guessed: false,
      },
    ];
  },
};

/** It was renamed once; an unreadable file gives the first name. */
function distributionName(tree: TreeReader): string {
  const toml = parseToml(tree.read("sgl-kernel/pyproject.toml") ?? "");
  const name = toml.ok ? tableAt(toml.table, "project")?.["name"] : null;
  return typeof name === "string" ? name : "sgl-kernel";
}
