import type { CauseRow } from "./cause.ts";

/** CUDA, its compilers, and what torch asks of them. */
export const CUDA: readonly CauseRow[] = [
  {
    pattern:
      /The detected CUDA version \(([\d.]+)\) mismatches the version that was used to compile\s+PyTorch \(([\d.]+)\)/,
    cause: "nvcc is of CUDA $1, torch was built with CUDA $2",
    fix: "point CUDA_HOME and PATH to toolkit $2, or install a torch for CUDA $1",
  },
  {
    pattern:
      /FindCUDA says CUDA version is ([\d.]+)[^,]*,\s+but the CUDA\s+headers\s+say\s+the\s+version\s+is\s+([\d.]+\d)/,
    cause: "CMake takes an nvcc of CUDA $1 and headers of CUDA $2",
    fix: "point CUDA_HOME, CUDACXX and PATH to one toolkit, then: rebuild-if-needed --force",
  },
  {
    pattern: /CUDA_HOME environment variable is not set/,
    cause: "no CUDA toolkit was found",
    fix: "install one, or set CUDA_HOME, then from that shell: rebuild-if-needed",
  },
  {
    pattern:
      /No such file or directory: '(\/[^'\s]+\/bin\/nvcc)'|command '(\/[^'\s]+\/bin\/nvcc)' failed: No such file|^(?:.*\s)?(\/\S+\/bin\/nvcc): (?:not found|No such file)/m,
    cause: "CUDA_HOME sends the build to $1, which is not there",
    fix: "point CUDA_HOME to the toolkit that you have (rebuild-if-needed doctor shows it), then: rebuild-if-needed",
  },
  {
    pattern:
      /No CMAKE_CUDA_COMPILER could be found|Failed to find nvcc|environment variable CUDACXX:\s+(\S+)/,
    cause: "CMake found no CUDA compiler",
    fix: "set CUDACXX to nvcc's path, then from that shell: rebuild-if-needed",
  },
  {
    pattern: /unsupported GNU version! gcc versions later than (\d+) are not supported/,
    cause: "the host gcc is newer than gcc $1, the last that this nvcc takes",
    fix: "NVCC_CCBIN=g++-$1 CUDAHOSTCXX=g++-$1 rebuild-if-needed",
  },
  {
    pattern: /unsupported clang version! clang version must be less than (\d+)/,
    cause: "the host clang is clang $1 or newer, which this nvcc does not take",
    fix: "NVCC_CCBIN=g++ CUDAHOSTCXX=g++ rebuild-if-needed",
  },
  {
    pattern: /nvcc fatal\s*: Failed to preprocess host compiler properties/,
    cause: "nvcc cannot start the host compiler that it is told to use",
    fix: "look at NVCC_CCBIN, CUDAHOSTCXX and CC, then: rebuild-if-needed",
  },
  {
    pattern:
      /parameter packs not expanded with|identifier "__builtin_\w+" is undefined|identifier "_Float\d+x?" is undefined/,
    cause: "nvcc does not understand the headers of the host gcc, which is newer than it knows",
    fix: "build with an older gcc: NVCC_CCBIN=g++-N CUDAHOSTCXX=g++-N rebuild-if-needed, or take a newer toolkit",
  },
  {
    pattern:
      /exception specification is incompatible with that of previous function "((?:cos|sin|tan|r?sqrt)\w*)"/,
    cause: "this CUDA toolkit does not fit the system's C library, which declares $1 too",
    fix: "take CUDA 12.9 or newer",
  },
  {
    pattern: /Unsupported gpu architecture '([\w]+)'|Unknown CUDA arch \((\S+)\) or GPU not supported/,
    cause: "this nvcc or torch does not know the GPU architecture $1",
    fix: "set TORCH_CUDA_ARCH_LIST (or CUDAARCHS) to your GPU's, or take another toolkit",
  },
  {
    pattern: /_get_cuda_arch_flags\b[^\n]*\n(?:.*\n){1,4}?\s*IndexError: list index out of range/,
    cause: "torch builds for the GPUs that it sees, and it sees none",
    fix: "TORCH_CUDA_ARCH_LIST=9.0 rebuild-if-needed, with the architecture of the GPU that will run it",
  },
  {
    pattern: /SM Arch \('(sm_\w+)'\) not found in/,
    cause: "a library that is linked in holds no code for $1",
    fix: "build all parts for one list of architectures: set TORCH_CUDA_ARCH_LIST",
  },
  {
    pattern:
      /(C\+\+\d\d)(?: or later compatible compiler)? (?:is required to use|to compile) (?:PyTorch|ATen)/,
    cause: "this torch asks for $1, and the project compiles for an older standard",
    fix: "the project does not know this torch yet: install the torch that it asks for, or update it",
  },
  {
    pattern: /relocation truncated to fit: (R_X86_64_\w+)/,
    cause: "the library is too big to link: too many kernels for too many GPU architectures",
    fix: "set TORCH_CUDA_ARCH_LIST to the GPUs that you have, then: rebuild-if-needed",
  },
];
