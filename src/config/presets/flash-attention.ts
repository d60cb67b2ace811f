import type { Extension } from "../../model.ts";
import {
  buildDirsFor,
  COMMON_ENVIRONMENT,
  packagesFor,
  pipRecipe,
  pyprojectTablesFor,
  toolsFor,
  words,
} from "../defaults.ts";
import { torchDevice, type InstalledLookup } from "../installed.ts";
import { readProject } from "../project.ts";
import type { TreeReader } from "../tree-reader.ts";
import type { Preset } from "./preset.ts";

/** FlashAttention: FA2 at the root, and FA3 in `hopper/` where it is installed. `flash_attn/cute` compiles at run time. */
export const flashAttention: Preset = {
  name: "flash-attention",
  describe: "FlashAttention",
  matches(tree) {
    const { files } = readProject(tree);
    return files.has("setup.py") && files.has("csrc/flash_attn/flash_api.cpp");
  },
  extensions(tree, installed) {
    const hasFa3 =
      readProject(tree).files.has("hopper/setup.py") &&
      FA3_NAMES.some((name) => installed.version(name) !== null);
    return [fa2(tree, installed), ...(hasFa3 ? [fa3(tree)] : [])];
  },
};

const FA3_NAMES = ["flash-attn-3", "flashattn-hopper"];

/** 4 of 10 changes that an extension list would miss are moves of the submodule `csrc/cutlass`. */
function fa2(tree: TreeReader, installed: InstalledLookup): Extension {
  const isRocm = torchDevice(installed) === "rocm" || installed.variable("BUILD_TARGET") === "rocm";
  const sources = isRocm
    ? ["csrc/flash_attn_ck/**", "csrc/composable_kernel/**"]
    : ["csrc/flash_attn/**", "csrc/cutlass/**"]; // `/**` takes the submodule itself as well
  const inputs = ["setup.py", ...sources, "!csrc/**/*.md"];
  return {
    ...common(tree, inputs),
    name: "flash-attn",
    outputs: ["flash_attn_2_cuda*.so"], // the same name on ROCm
    distribution: "flash_attn",
    pyprojectTables: pyprojectTablesFor(tree),
    buildDirs: buildDirsFor(tree, ["build"]),
    recipe: pipRecipe("."),
    require: [], // importing flash_attn_2_cuda needs torch imported first; its symbols are checked without that
  };
}

function fa3(tree: TreeReader): Extension {
  return {
    ...common(tree, ["hopper/**", "!hopper/**/*.md", "!hopper/{test,benchmark}*", "csrc/cutlass/**"]),
    name: "flash-attn-3",
    outputs: ["hopper/**/*.so"],
    distribution: "flash_attn_3",
    pyprojectTables: [],
    buildDirs: buildDirsFor(tree, ["hopper/build"]),
    recipe: pipRecipe("./hopper"),
    require: [],
  };
}

type Common = Pick<Extension, "inputs" | "environment" | "tools" | "packages" | "guessed">;

function common(tree: TreeReader, inputs: readonly string[]): Common {
  return {
    inputs,
    environment: [...COMMON_ENVIRONMENT, ...BUILD_SWITCHES],
    tools: toolsFor(tree, inputs, ["ninja"]),
    packages: packagesFor(readProject(tree), "setuptools", "torch"),
    guessed: false,
  };
}

const BUILD_SWITCHES = [
  ...words(`
    BUILD_TARGET FLASH_ATTN_CUDA_ARCHS FLASH_ATTENTION_FORCE_CXX11_ABI FLASH_ATTENTION_SKIP_CUDA_BUILD
    FLASH_ATTENTION_TRITON_AMD_ENABLE GPU_ARCHS OPT_DIM
  `),
  ...words(`
    BACKWARD FORWARD SPLIT PAGEDKV APPENDKV LOCAL SOFTCAP PACKGQA FP16 FP8 VARLEN CLUSTER SM80
    HDIM64 HDIM96 HDIM128 HDIM192 HDIM256 HDIMDIFF64 HDIMDIFF192
  `).map((feature) => `FLASH_ATTENTION_DISABLE_${feature}`),
];
