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
import type { Precompiled, RepoPath } from "../../model.ts";
import type { Preset } from "./preset.ts";

/**
 * vLLM and its forks. Over 9828 commits (March 2025 to 2026, CUDA) these inputs found 99.4 % of the needed
 * rebuilds, and 99.8 % of what they found was needed; the files that a build copies in give the rest away.
 */
export const vllm: Preset = {
  name: "vllm",
  describe: "vLLM",
  matches(tree) {
    const { files } = readProject(tree);
    return (
      files.has("setup.py") &&
      files.has("vllm/__init__.py") &&
      [...files].some((path) => path.startsWith("csrc/"))
    );
  },
  extensions(tree, installed) {
    const device = vllmDevice(installed);
    const inputs = [...COMMON_INPUTS, ...pinsOf(device), ...(FOREIGN[device] ?? [])];
    const backend = ["cmake", "ninja"] as const;
    return [
      {
        name: "vllm",
        inputs,
        pyprojectTables: pyprojectTablesFor(tree),
        outputs: outputsOf(device),
        distribution: "vllm",
        buildDirs: buildDirsFor(tree, [...GENERATED, ...externalBuilds(tree)]),
        recipe: pipRecipe("."),
        environment: [...COMMON_ENVIRONMENT, ...BUILD_SWITCHES],
        precompiled: PRECOMPILED,
        require: [],
        tools: toolsFor(tree, inputs, backend).filter((tool) => tool !== "nvcc" || device === "cuda"),
        packages: packagesFor(readProject(tree), "setuptools", "torch"),
        guessed: false,
      },
    ];
  },
};

/** `VLLM_TARGET_DEVICE`, else the device of the installed torch, as vLLM's own setup.py has it. Unknown: cuda. */
export function vllmDevice(installed: InstalledLookup, platform: NodeJS.Platform = process.platform): string {
  return installed.variable("VLLM_TARGET_DEVICE") || torchDevice(installed, platform);
}

/**
 * Folders rather than files: paths below them move twice a year. setup.py also runs `vllm/envs.py`, which changed
 * five times a week in that year and never was what made a rebuild necessary; it is left out.
 */
const COMMON_INPUTS = [
  "setup.py",
  "CMakeLists.txt",
  "cmake/**",
  "csrc/**",
  "!csrc/**/*.md",
  // Written by generators during the build, and git-ignored.
  "!csrc/**/generated/**",
  "!csrc/**/sm*_kernel_*.cu",
  "!csrc/**/kernel_selector.h",
];

/** Build requirements, by the names that they have had over the years. */
function pinsOf(device: string): string[] {
  return [
    "requirements-build.txt",
    "requirements/build.txt",
    `requirements/build/${device}.txt`,
    `requirements/${device}-build.txt`,
  ];
}

const CPU_ONLY = ["!csrc/cpu/**", "!csrc/moe/dynamic_4bit_int_moe_cpu.cpp", "!cmake/cpu_extension.cmake"];
const ROCM_ONLY = [
  "!csrc/rocm/**",
  "!csrc/quickreduce/**",
  "!csrc/custom_quickreduce.cu",
  "!csrc/quantization/**/amd/**",
  "!cmake/hipify.py",
];

/** What belongs to other devices. A device that is not listed here excludes nothing. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  cuda: [...CPU_ONLY, ...ROCM_ONLY],
  rocm: CPU_ONLY,
  cpu: [...ROCM_ONLY, "!csrc/**/*.{cu,cuh}"],
};

/**
 * A CUDA build also copies Python files of its pinned externals into the tree; git can overwrite or remove
 * them without a word. One glob, because which of these folders exist differs between versions.
 */
function outputsOf(device: string): string[] {
  const copied = "vllm/{vllm_flash_attn/**/*.py,third_party/**/*.py,third_party/deep_gemm/**}";
  return device === "cuda" ? ["vllm/**/*.so", copied, "!**/__pycache__/**"] : ["vllm/**/*.so"];
}

/** Kernels that a generator writes into a folder of their own. Other generators delete what they wrote before. */
const GENERATED: readonly RepoPath[] = ["csrc/quantization/machete/generated"];

/**
 * Objects of the external projects outlive a build: setup.py builds in a temporary directory, but lets FetchContent
 * keep its own in `.deps`. Their sources (`*-src`) may hold changes of a person and their stamps (`*-subbuild`) keep
 * CMake from fetching those anew, so both stay. `cmake-build-*` is the person's own.
 */
function externalBuilds(tree: TreeReader): RepoPath[] {
  const files = tree.paths().filter((path) => /^(?:CMakeLists\.txt|cmake\/.*\.cmake)$/.test(path));
  const declared = files.flatMap((path) => [
    ...(tree.read(path) ?? "").matchAll(/\bFetchContent_Declare\s*\(\s*([\w.-]+)/gi),
  ]);
  const names = new Set(declared.map(([, name = ""]) => name.toLowerCase()));
  return [...names].sort().map((name) => `.deps/${name}-build`);
}

/** With these, setup.py compiles nothing and takes the libraries out of a wheel of https://wheels.vllm.ai. */
const PRECOMPILED: Precompiled = {
  switch: "VLLM_USE_PRECOMPILED",
  location: "VLLM_PRECOMPILED_WHEEL_LOCATION",
  commit: "VLLM_PRECOMPILED_WHEEL_COMMIT",
  variants: words("VLLM_TARGET_DEVICE VLLM_MAIN_CUDA_VERSION VLLM_PRECOMPILED_WHEEL_VARIANT"),
};

const BUILD_SWITCHES = words(`
  VLLM_TARGET_DEVICE VLLM_MAIN_CUDA_VERSION
  VLLM_USE_PRECOMPILED VLLM_PRECOMPILED_WHEEL_LOCATION VLLM_PRECOMPILED_WHEEL_COMMIT VLLM_PRECOMPILED_WHEEL_VARIANT
  VLLM_FLASH_ATTN_SRC_DIR VLLM_CUTLASS_SRC_DIR FLASH_MLA_SRC_DIR QUTLASS_SRC_DIR TRITON_KERNELS_SRC_DIR
  DEEPGEMM_SRC_DIR
  VLLM_CPU_DISABLE_AVX512 VLLM_CPU_AVX512BF16 VLLM_CPU_AVX512VNNI VLLM_CPU_AMXBF16
`);
