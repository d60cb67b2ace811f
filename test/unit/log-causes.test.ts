import assert from "node:assert/strict";
import test from "node:test";
import { causeOf } from "../../src/build/log-causes.ts";

/** Lines as tools print them, and a part of the sentence that they must give. */
const CASES: readonly (readonly [string, string])[] = [
  ["/tmp/ccQ.s: Fatal error: can't close /tmp/ops.o: No space left on device", "the disk is full"],
  ["g++: fatal error: Killed signal terminated program cc1plus\ncompilation terminated.", "memory ran out"],
  ["sh: line 1: 4711 Killed\nninja: build stopped: subcommand failed.", "memory ran out"],
  ["nvcc error   : 'cicc' died due to signal 9 (Kill signal)", "memory ran out"],
  ["error: command '/usr/bin/nvcc' failed with exit code 137", "memory ran out"],
  [
    "error: externally-managed-environment\n\nx This environment is externally managed",
    "the system's package manager",
  ],
  ["/work/.venv/bin/python: No module named pip", "has no pip"],
  [
    "Getting requirements to build wheel: finished with status 'error'\nModuleNotFoundError: No module named 'torch'",
    "the build needs torch",
  ],
  [
    "RuntimeError:\nThe detected CUDA version (13.0) mismatches the version that was used to compile\nPyTorch (12.8). Please make sure",
    "nvcc is of CUDA 13.0, torch was built with CUDA 12.8",
  ],
  [
    "OSError: CUDA_HOME environment variable is not set. Please set it to your CUDA install root.",
    "no CUDA toolkit",
  ],
  [
    "CMake Error at CMakeLists.txt:3 (project):\n  No CMAKE_CUDA_COMPILER could be found.",
    "no CUDA compiler",
  ],
  [
    "host_config.h:143:2: error: #error -- unsupported GNU version! gcc versions later than 12 are not supported! The nvcc flag",
    "newer than gcc 12",
  ],
  ["nvcc fatal   : Unsupported gpu architecture 'compute_120'", "compute_120"],
  ["nvlink warning : SM Arch ('sm_75') not found in 'libx.a:k.o'", "no code for sm_75"],
  ["csrc/ops.cpp:1:10: fatal error: Python.h: No such file or directory", "Python's headers"],
  ["ops.c:1:10: fatal error: 'Python.h' file not found", "Python's headers"],
  ["  Could NOT find Python (missing: Python_INCLUDE_DIRS Development.Module)", "Python's headers"],
  [
    "Could not find /p/third_party/onnx/CMakeLists.txt. Did you run 'git submodule update --init --recursive'?",
    "a submodule",
  ],
  [
    "  The source directory\n\n    /p/third_party/onnx\n\n  does not contain a CMakeLists.txt file.",
    "a submodule",
  ],
  ["ops.cu:2:10: fatal error: cublas_v2.h: No such file or directory", "lacks cublas_v2.h"],
  [
    "fatal: unable to access 'https://github.com/x/y/': Could not resolve host: github.com",
    "https://github.com/x/y/",
  ],
  [
    "CMake 3.26 or higher is required.  You are running version 3.22.1",
    "asks for CMake 3.26, found was 3.22.1",
  ],
  ["Compatibility with CMake < 3.5 has been removed from CMake.", "too new"],
  [
    "  The CMAKE_CXX_COMPILER:\n\n    /old/g++\n\n  is not a full path to an existing compiler tool.",
    "not there",
  ],
  ["/tmp/pip-build-env-k1/overlay/bin/ninja: not found", "not there"],
  [
    "make: *** No rule to make target '/usr/local/cuda-12.1/lib64/libnvrtc.so', needed by 'x'.  Stop.",
    "not there",
  ],
  [
    'CMake was unable to find a build program corresponding to "Ninja".  CMAKE_MAKE_PROGRAM is not set.',
    "build tool that CMake or torch asks for",
  ],
  ["RuntimeError: Ninja is required to load C++ extensions", "build tool that CMake or torch asks for"],
  ["error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory", "there is no compiler"],
  [
    "error: can't copy 'build/lib/_core_C.abi3.so': doesn't exist or not a regular file",
    "did not make build/lib/_core_C.abi3.so",
  ],
  [
    "ImportError: _C.so: undefined symbol: _ZN3c105ErrorC2ENS_14SourceLocationENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
    "C++ string ABIs",
  ],
  ["undefined symbol: _ZN5torch3jit17parseSchemaOrNameERKSsb", "C++ string ABIs"],
  ["ImportError: _C.so: undefined symbol: _ZN3c104cuda9SetDeviceEi", "another torch"],
  ["undefined symbol: _ZN2at4_ops5zeros4callE", "another torch"],
  ["undefined symbol: cuGreenCtxStreamCreate", "newer than the driver"],
  ["/lib/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by _C.so)", "GLIBCXX_3.4.30"],
  [
    "RuntimeError: CUDA error: no kernel image is available for execution on the device",
    "no code for this GPU",
  ],
  ["AttributeError: '_OpNamespace' '_C' object has no attribute 'rms_norm'", "torch.ops._C has no rms_norm"],
  ["ImportError: _C.so: undefined symbol: launch_kernel", "lacks launch_kernel"],
  [
    "ImportError: cannot import name 'flash_attn_varlen_func' from 'vllm.vllm_flash_attn' (/p/__init__.py)",
    "vllm.vllm_flash_attn has no flash_attn_varlen_func",
  ],
  ["cc1plus: out of memory allocating 65536 bytes after a total of 2 bytes", "got no more memory"],
  ["ninja: fatal: posix_spawn: Resource temporarily unavailable", "more files or processes"],
  [
    "sccache: encountered fatal error\nsccache: error: failed to create directory `/c`",
    "compiler cache failed: failed",
  ],
  ["      error: invalid command 'bdist_wheel'\n      [end of output]", "needs the package wheel"],
  ["      ModuleNotFoundError: No module named 'pkg_resources'", "uses pkg_resources"],
  ["no such option: -C", "does not know -C"],
  ["LookupError: setuptools-scm was unable to detect version for /p.", "this clone has none"],
  ["fatal: detected dubious ownership in repository at '/p'", "look into /p"],
  ["ERROR: No matching distribution found for scikit-build-core>=0.10", "finds no scikit-build-core>=0.10"],
  [
    "  FindCUDA says CUDA version is 12.8 (usually determined by nvcc), but the CUDA\n  headers say the version is 12.4.  This often occurs",
    "an nvcc of CUDA 12.8 and headers of CUDA 12.4",
  ],
  [
    "FileNotFoundError: [Errno 2] No such file or directory: '/usr/local/cuda-12.8/bin/nvcc'",
    "cuda-12.8/bin/nvcc",
  ],
  [
    "#error -- unsupported clang version! clang version must be less than 17 and greater than 3.2",
    "clang 17",
  ],
  [
    "/usr/include/c++/11/bits/std_function.h:435:145: error: parameter packs not expanded with '...':",
    "newer than it knows",
  ],
  [
    'math_functions.h(2556): error: exception specification is incompatible with that of previous function "cospi"',
    "declares cospi",
  ],
  [
    '  File "cpp_extension.py", line 2059, in _get_cuda_arch_flags\n    arch_list[-1] += "+PTX"\n    ~~~~^^^\nIndexError: list index out of range',
    "sees none",
  ],
  ["ValueError: Unknown CUDA arch (12.1a) or GPU not supported", "12.1a"],
  ["#error C++17 or later compatible compiler is required to use PyTorch.", "asks for C++17"],
  ["a.o:(.text+0x2a): relocation truncated to fit: R_X86_64_PC32 against `.bss'", "too big to link"],
  [
    "CMake Error at FetchContent:\n  error: downloading 'https://e.org/d.tgz' failed\n  status_code: 6",
    "https://e.org/d.tgz",
  ],
  [
    "gcc: fatal error: cannot execute 'cc1plus': execvp: No such file or directory",
    "not installed (cc1plus)",
  ],
  [
    "libx.so: undefined reference to `std::condition_variable::wait(std::unique_lock<std::mutex>&)@GLIBCXX_3.4.30'",
    "GLIBCXX_3.4.30",
  ],
  ['../meson.build:9:11: ERROR: Dependency "openblas" not found, tried pkgconfig and cmake', "find openblas"],
  [
    "WARNING: Build directory has been generated with Meson version 1.2.0, which is incompatible with the current version 1.5.0.",
    "made by Meson 1.2.0",
  ],
  ["error: could not create 'build/lib/pkg': Permission denied", "build/lib/pkg cannot be written"],
  [
    "sgl-kernel is installed with version 0.3.1, which is less than the minimum required version 0.3.4. Please",
    "sgl-kernel is 0.3.1, the code asks for 0.3.4",
  ],
];

for (const [log, part] of CASES) {
  test(`cause: ${log.split("\n").at(-1)?.slice(0, 90)}`, () => {
    const found = causeOf(`[1/2] building\n${log}\nlast line`);
    assert.ok(found !== null, "no cause found");
    assert.ok(found.cause.includes(part), found.cause);
    assert.notEqual(found.fix, "");
    assert.doesNotMatch(found.cause + found.fix, /\$\d|undefined$/);
  });
}

test("what is not known gets no cause", () => {
  assert.equal(causeOf(""), null);
  assert.equal(
    causeOf("ops.cpp:3:1: error: expected ';' before '}' token\nninja: build stopped: subcommand failed."),
    null,
  );
  assert.equal(
    causeOf("test_signals.cpp: ok, child was Killed by us\nwarning: unused variable 'KilledBy'"),
    null,
  );
});

test("what a build survives, and a compiler's own error, is no cause", () => {
  for (const line of [
    "-- Could NOT find OpenMP (missing: OpenMP_C_FLAGS OpenMP_C_LIB_NAMES)",
    'CMake Warning at CMakeLists.txt:3 (find_package):\n  Could not find a package configuration file provided by "fmt"',
    "error: command '/usr/local/cuda/bin/nvcc' failed with exit code 1",
    "Run-time dependency openblas found: NO (tried pkgconfig and cmake)",
    "WARNING: Retrying after connection broken by 'NewConnectionError': HTTPSConnectionPool(host='pypi.org', port=443)",
  ])
    assert.equal(causeOf(`[1/2] building\n${line}\nops.cpp:3:1: error: expected ';'\n`), null, line);
});

test("the cause comes before its consequences", () => {
  const log =
    "c++: fatal error: Killed signal terminated program cc1plus\nerror: can't copy 'a.so': doesn't exist or not a regular file";
  assert.match(causeOf(log)?.cause ?? "", /memory/);
});

test("twenty megabytes of long compiler lines and long words do not hang it", () => {
  const line = `g++ ${"-I/p/third_party/cutlass/include ".repeat(300)} -c ops.cpp\n`;
  assert.equal(causeOf(line.repeat(1000) + "x".repeat(10_000_000)), null);
});
