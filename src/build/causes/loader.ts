import { REBUILD, type CauseRow } from "./cause.ts";

/** What the loader and Python say when a library does not fit its surroundings. */
export const LOADER: readonly CauseRow[] = [
  {
    pattern: /undefined symbol: (_Z\S*(?:NSt7__cxx1112basic_string|RKSs|ERKSs|ESs)\S*)/,
    cause:
      "torch and the extension were built with different C++ string ABIs (_GLIBCXX_USE_CXX11_ABI), or for different torch versions",
    fix: `${REBUILD} builds it against the torch that is installed`,
  },
  {
    pattern: /undefined symbol: (_ZNK?(?:3c10|2at|5torch|5caffe)\S*|\S*aoti_torch\S*)/,
    cause: "the extension was built against another torch ($1 is not in this one)",
    fix: REBUILD,
  },
  {
    pattern: /undefined symbol: (cu[A-Z]\w+)/,
    cause: "the CUDA headers of the build are newer than the driver, which lacks $1",
    fix: "update the driver, or build with an older toolkit",
  },
  {
    pattern: /version [`']((?:GLIBCXX|CXXABI|GLIBC)_[\d.]+)' not found/,
    cause: "the system's C or C++ library is older than the one that was built with ($1)",
    fix: "build with the compiler of the environment that runs it, and do not mix conda's with the system's",
  },
  {
    pattern: /no kernel image is available for execution on the device/,
    cause: "the libraries hold no code for this GPU",
    fix: "set TORCH_CUDA_ARCH_LIST to your GPU's architecture, then: rebuild-if-needed",
  },
  {
    pattern: /'_OpNamespace' '(\w+)' object has no attribute '(\w+)'/,
    cause: "torch.ops.$1 has no $2: the library is older than the Python code, or was built in part",
    fix: REBUILD,
  },
  {
    pattern: /undefined symbol: (\S+)/,
    cause: "a library lacks $1: it is older than its sources, or a source file is not part of the build",
    fix: REBUILD,
  },
  {
    pattern: /cannot import name '(\w+)' from '([\w.]+)'/,
    cause: "$2 has no $1: the file that Python loads is older than the code that asks for it",
    fix: REBUILD,
  },
  {
    pattern:
      /\b(\w[\w.-]{0,80}) is installed with version (\S+), which is less than the minimum required version (\w[\w.+]*\w)/,
    cause: "$1 is $2, the code asks for $3",
    fix: "update or rebuild $1 together with this repository",
  },
];
