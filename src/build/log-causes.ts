/** Known reasons for a failed build or load, by the words that compilers, installers and loaders use. Pure. */

export interface LogCause {
  /** One sentence: what is wrong. */
  readonly cause: string;
  /** What to do or type. */
  readonly fix: string;
}

/** The cause that a log tells, or null. Where it tells several, the one that brings about the others. */
export function causeOf(log: string): LogCause | null {
  for (const row of CAUSES) {
    const match = row.pattern.exec(log);
    if (match !== null) return { cause: fill(row.cause, match), fix: fill(row.fix, match) };
  }
  return null;
}

/** True when a log says that the system, short of memory, ended a compiler. */
export function ranOutOfMemory(log: string): boolean {
  return OUT_OF_MEMORY.test(log);
}

const OUT_OF_MEMORY =
  /^(?:.*[:\s])?Killed(?: signal terminated program (\S+)|$)|virtual memory exhausted|died due to signal 9\b|\bexit(?:ed with)?(?: code| status)?:? 137\b/m;

interface Row {
  readonly pattern: RegExp;
  /** `$1` stands for the first group of the pattern. */
  readonly cause: string;
  readonly fix: string;
}

function fill(text: string, match: RegExpExecArray): string {
  return text.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? "");
}

const REBUILD = "rebuild-if-needed --force";
const FEWER_JOBS = "MAX_JOBS=1 rebuild-if-needed, or halve the number until it fits";

/** First comes what makes other lines of the table appear too. Each pattern starts with fixed words or a line, so long logs stay cheap. */
const CAUSES: readonly Row[] = [
  // The machine.
  {
    pattern: /No space left on device|Disk quota exceeded/,
    cause: "the disk is full",
    fix: "free some space, then run the build again",
  },
  {
    pattern: OUT_OF_MEMORY,
    cause: "the system ended a compiler because memory ran out",
    fix: FEWER_JOBS,
  },
  // Installers and their environment.
  {
    pattern: /^error: externally-managed-environment/m,
    cause: "this Python belongs to the system's package manager, which lets nobody else install into it",
    fix: "python3 -m venv .venv, then: rebuild-if-needed init",
  },
  {
    pattern: /No module named '?pip'?$/m,
    cause: "the environment has no pip",
    fix: "python -m ensurepip, or install uv",
  },
  {
    pattern:
      /ModuleNotFoundError: No module named '(torch|numpy|setuptools|setuptools_scm|wheel|packaging|pybind11|nanobind|Cython|scikit_build_core|mesonpy|jinja2|ninja)'/,
    cause: "the build needs $1, which is not in the environment that it runs in",
    fix: "install $1 there, and build with --no-build-isolation",
  },
  // CUDA and its compilers.
  {
    pattern:
      /The detected CUDA version \(([\d.]+)\) mismatches the version that was used to compile\s+PyTorch \(([\d.]+)\)/,
    cause: "nvcc is of CUDA $1, torch was built with CUDA $2",
    fix: "point CUDA_HOME and PATH to toolkit $2, or install a torch for CUDA $1",
  },
  {
    pattern: /CUDA_HOME environment variable is not set/,
    cause: "no CUDA toolkit was found",
    fix: "install one, or set CUDA_HOME, then from that shell: rebuild-if-needed",
  },
  {
    pattern: /No CMAKE_CUDA_COMPILER could be found|Failed to find nvcc/,
    cause: "CMake found no CUDA compiler",
    fix: "set CUDACXX to nvcc's path, then from that shell: rebuild-if-needed",
  },
  {
    pattern: /unsupported GNU version! gcc versions later than (\d+) are not supported/,
    cause: "the host gcc is newer than gcc $1, the last that this nvcc takes",
    fix: "NVCC_CCBIN=g++-$1 CUDAHOSTCXX=g++-$1 rebuild-if-needed",
  },
  {
    pattern: /Unsupported gpu architecture '([\w]+)'/,
    cause: "this nvcc does not know the GPU architecture $1",
    fix: "set TORCH_CUDA_ARCH_LIST (or CUDAARCHS) to your GPU's, or take another toolkit",
  },
  {
    pattern: /SM Arch \('(sm_\w+)'\) not found in/,
    cause: "a library that is linked in holds no code for $1",
    fix: "build all parts for one list of architectures: set TORCH_CUDA_ARCH_LIST",
  },
  // Headers, libraries and sources that are not there.
  {
    pattern:
      /Python\.h: No such file|'Python\.h' file not found|Could NOT find Python3? \(missing: [^)]*(?:INCLUDE_DIR|Development)/,
    cause: "Python's headers are not installed",
    fix: "Debian and Ubuntu: sudo apt install python3-dev; Fedora: sudo dnf install python3-devel",
  },
  {
    pattern:
      /Did you run 'git submodule update --init|third_party\/\S+\s+does not contain a CMakeLists\.txt file/,
    cause: "a submodule is not checked out",
    fix: "git submodule update --init --recursive",
  },
  {
    pattern:
      /fatal error: (cuda_runtime(?:_api)?\.h|cublas_v2\.h|cusparse\.h|cudnn\.h|nvToolsExt\.h): No such file/,
    cause: "the CUDA toolkit lacks $1",
    fix: "install the whole toolkit (or its development packages), or point CUDA_HOME to one that has it",
  },
  {
    pattern: /(?:Could not resolve host:? |unable to access '|Failed to clone repository:? ')([^\s']+)/,
    cause: "the build downloads from $1, which cannot be reached",
    fix: "go online and run the build again, or point the build to a local copy",
  },
  // CMake and what its cache remembers.
  {
    pattern: /CMake ([\d.]+) or higher is required\.\s+You are running version ([\d.]+)/,
    cause: "the project asks for CMake $1, found was $2",
    fix: "install CMake $1, then from that shell: rebuild-if-needed",
  },
  {
    pattern: /Compatibility with CMake < [\d.]+ has been removed/,
    cause: "this CMake is too new for what the project asks for",
    fix: "CMAKE_ARGS=-DCMAKE_POLICY_VERSION_MINIMUM=3.5 rebuild-if-needed",
  },
  {
    pattern:
      /is not a full path to an existing compiler|is different than the directory \S+ where CMakeCache\.txt was created|build-env-\S+\/(?:overlay|normal)\/\S+: (?:not found|No such file)|No rule to make target '\/\S+(?:cuda|python)\S*'/,
    cause: "CMake is told to use tools or folders that are not there, by its cache or by a variable",
    fix: `${REBUILD} (a clean build makes the cache anew); if that does not help, look at CC, CXX and CUDACXX`,
  },
  {
    pattern:
      /CMake was unable to find a build program corresponding to "?(Ninja|Unix Makefiles)|error: (ninja) (?:is required|not found)|Ninja is required to load C\+\+ extensions/i,
    cause: "the build tool that CMake or torch asks for is not there",
    fix: "install ninja (or make), then from that shell: rebuild-if-needed",
  },
  {
    pattern:
      /error: command '([^'\s]*(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+)[^'\s]*)' failed: No such file or directory|No (CMAKE_C(?:XX)?_COMPILER) could be found/,
    cause: "there is no compiler",
    fix: "Debian and Ubuntu: sudo apt install build-essential; macOS: xcode-select --install",
  },
  {
    pattern: /can't copy '([^']+\.so)': doesn't exist or not a regular file/,
    cause: "the build did not make $1, which its install step copies",
    fix: `look further up in the log for the target that failed, then: ${REBUILD}`,
  },
  // What the loader says when a library does not fit its surroundings.
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
