import { cmake } from "./presets/cmake.ts";
import { cython } from "./presets/cython.ts";
import { flashAttention } from "./presets/flash-attention.ts";
import { mesonPython } from "./presets/meson-python.ts";
import type { Preset } from "./presets/preset.ts";
import { scikitBuildCore } from "./presets/scikit-build-core.ts";
import { setuptools } from "./presets/setuptools.ts";
import { sglKernel } from "./presets/sgl-kernel.ts";
import { torchExtension } from "./presets/torch-extension.ts";
import { vllm } from "./presets/vllm.ts";
import type { TreeReader } from "./tree-reader.ts";

/** All kinds of project, in the order in which they are tried: named projects first, then build backends. */
export const PRESETS: readonly Preset[] = [
  vllm,
  flashAttention,
  sglKernel,
  scikitBuildCore,
  mesonPython,
  torchExtension,
  cython,
  setuptools,
  cmake,
];

/** `preset = "none"`: only what the configuration names. */
export const NO_PRESET = "none";

/** The first preset that the repository looks like, or null. */
export function detectPreset(tree: TreeReader): Preset | null {
  return PRESETS.find((preset) => preset.matches(tree)) ?? null;
}
