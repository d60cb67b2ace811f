import type { CauseRow } from "./cause.ts";

/** Headers, libraries and sources that are not there. */
export const SOURCES: readonly CauseRow[] = [
  {
    pattern:
      /Python\.h: No such file|'Python\.h' file not found|Could NOT find Python3? \(missing: [^)]*(?:INCLUDE_DIR|Development)/,
    cause: "Python's headers are not installed",
    fix: "Debian and Ubuntu: sudo apt install python3-dev; Fedora: sudo dnf install python3-devel",
  },
  {
    pattern:
      /Did you run 'git submodule update --init|(?:third_party|3rdparty|extern|external|vendor|submodules)\/\S+\s+does not contain a CMakeLists\.txt file|fatal error: (?:cutlass|cute)\/\S+: No such file/,
    cause: "a submodule is not checked out",
    fix: "git submodule update --init --recursive",
  },
  {
    pattern:
      /fatal error: (cuda_runtime(?:_api)?\.h|cublas_v2\.h|cusparse\.h|cudnn\.h|nvToolsExt\.h|cuda_fp16\.h|cub\/cub\.cuh|thrust\/\S+): No such file/,
    cause: "the CUDA toolkit lacks $1",
    fix: "install the whole toolkit (or its development packages), or point CUDA_HOME to one that has it",
  },
  {
    pattern:
      /fatal error: '?((?:torch|ATen|c10|pybind11|nanobind|numpy)\/\S+?)'?(?:: No such file| file not found)/,
    cause: "the compiler does not find $1, a header of a Python package that the build needs",
    fix: "install that package in the environment, and build with --no-build-isolation",
  },
  {
    pattern:
      /(?:Could not resolve host:? |unable to access '|Failed to clone repository:? '|Failed to fetch: `|error sending request for url \(|error: downloading ')(\w[^\s'`)]+)/,
    cause: "the build downloads from $1, which cannot be reached",
    fix: "go online and run the build again, or point the build to a local copy",
  },
  {
    pattern: /(?:reference is not a tree: |Failed to checkout tag: '|Could not parse object ')([^\s']+)/,
    cause: "the commit $1 of a dependency is not in the repository that it is taken from",
    fix: "rebuild-if-needed --force fetches it anew; where a variable names a local copy, update that one",
  },
  {
    pattern:
      /cannot execute [\u2018'`](cc1plus|cc1|as|collect2)['\u2019]|error trying to exec '(cc1plus|cc1|as|collect2)'/,
    cause:
      "a part of gcc is not installed ($1): the C compiler is there, the C++ one of the same version is not",
    fix: "install g++ of the same version as gcc; Debian and Ubuntu: sudo apt install build-essential",
  },
  {
    pattern: /cannot find -l(\S+?)(?:: No such file or directory)?$/m,
    cause: "the linker does not find the library lib$1",
    fix: "install its development package, or add its folder to LIBRARY_PATH, then from that shell: rebuild-if-needed",
  },
  {
    pattern: /undefined reference to .{0,300}?@((?:GLIBCXX|CXXABI|GLIBC)_[\d.]+)/,
    cause: "a library that is linked in was built with a newer C or C++ library ($1)",
    fix: "build with the compiler of the environment that it comes from, and do not mix conda's with the system's",
  },
  {
    pattern: /recompile with -fPIC/,
    cause: "an object or static library that goes into the extension was compiled without -fPIC",
    fix: "rebuild-if-needed --force; where it is a library of the system, take its shared one",
  },
];

/** Said of any header, once nothing better fits. */
export const SOURCES_LAST: readonly CauseRow[] = [
  {
    pattern: /fatal error: '?([\w./+-]+)'?(?:: No such file or directory| file not found)/,
    cause: "the compiler does not find the header $1",
    fix: "install what it belongs to; where a build makes it or it has moved: rebuild-if-needed --force",
  },
];
