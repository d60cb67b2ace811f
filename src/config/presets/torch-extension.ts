import { words } from "../defaults.ts";
import { readProject } from "../project.ts";
import { buildsExtensions } from "../setup-py.ts";
import type { Preset } from "./preset.ts";
import { setuptoolsExtension } from "./setuptools.ts";

/** A PyTorch extension built by setup.py with torch.utils.cpp_extension: C++, and CUDA where there are kernels. */
export const torchExtension: Preset = {
  name: "torch-extension",
  describe: "PyTorch extension (torch.utils.cpp_extension), editable install",
  matches(tree) {
    const { setupPy } = readProject(tree);
    return /\bcpp_extension\b/.test(setupPy) && buildsExtensions(setupPy);
  },
  extensions: (tree) => [setuptoolsExtension(tree, SWITCHES, "torch")],
};

/** What such projects read to choose between CPU and CUDA, beside torch's own variables. */
const SWITCHES = words(`
  FORCE_CUDA FORCE_CPU FORCE_ONLY_CPU FORCE_ONLY_CUDA WITH_CUDA USE_CUDA BUILD_CUDA_EXT CUDA_EXT
  USE_NINJA USE_OPENMP WITH_SYMBOLS DEBUG BUILD_TYPE NVCC_FLAGS TORCH_DONT_CHECK_COMPILER_ABI
`);
