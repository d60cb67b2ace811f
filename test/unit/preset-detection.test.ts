import assert from "node:assert/strict";
import test from "node:test";
import { detectPreset } from "../../src/config/detect.ts";
import { compileGlobs } from "../../src/config/globs.ts";
import { NOTHING_KNOWN, type InstalledLookup } from "../../src/config/installed.ts";
import { vllmDevice } from "../../src/config/presets/vllm.ts";
import { setupKeyword } from "../../src/config/setup-py.ts";
import type { TreeReader } from "../../src/config/tree-reader.ts";
import type { Extension } from "../../src/model.ts";

type Files = Readonly<Record<string, string>>;

function memoryTree(files: Files): TreeReader {
  return {
    paths: () => Object.keys(files),
    has: (path) => Object.hasOwn(files, path),
    isTracked: (path) => Object.hasOwn(files, path),
    read: (path) => files[path] ?? null,
  };
}

function detect(
  files: Files,
  installed: InstalledLookup = NOTHING_KNOWN,
): { preset: string; extensions: readonly Extension[] } {
  const tree = memoryTree(files);
  const preset = detectPreset(tree);
  assert.ok(preset !== null, "no preset found");
  return { preset: preset.name, extensions: preset.extensions(tree, installed) };
}

function only(files: Files, installed?: InstalledLookup): Extension & { preset: string } {
  const { preset, extensions } = detect(files, installed);
  const [extension] = extensions;
  assert.ok(extension !== undefined && extensions.length === 1);
  return { ...extension, preset };
}

function buildSystem(backend: string, ...requires: string[]): string {
  return `[build-system]\nrequires = ${JSON.stringify(requires)}\nbuild-backend = "${backend}"\n[project]\nname = "demo"\n`;
}

const PIP = ["python", "-m", "pip", "install", "--no-build-isolation", "--no-deps"];

test("plain setuptools", () => {
  const found = only({
    "setup.py": `setup(ext_modules=[Extension(name="demo._c", sources=["a.c"])], name='demo')`,
    "a.c": "",
  });
  assert.equal(found.preset, "setuptools");
  assert.deepEqual([found.name, found.distribution], ["demo", "demo"]);
  assert.deepEqual(found.recipe, [[...PIP, "-e", "."]]);
  assert.deepEqual(found.tools, ["cc", "cxx", "python"]);
  assert.deepEqual(found.packages, ["setuptools"]);
  assert.deepEqual(found.pyprojectTables, []);
  assert.deepEqual(found.buildDirs, ["build"]);
});

test("setuptools with a torch extension and a kernel", () => {
  const found = only({
    "setup.py": `from torch.utils.cpp_extension import BuildExtension, CUDAExtension\nsetup(ext_modules=[CUDAExtension("x", [])])`,
    "pyproject.toml": buildSystem(
      "setuptools.build_meta",
      "setuptools>=61",
      "wheel",
      "Setuptools_SCM[toml]>=8",
      "torch==2.9",
    ),
    "csrc/k.cu": "",
  });
  assert.equal(found.preset, "torch-extension");
  assert.deepEqual(found.tools, ["cc", "cxx", "nvcc", "ninja", "python"]);
  assert.deepEqual(found.packages, ["setuptools", "torch"]);
  assert.ok(found.environment.includes("FORCE_CUDA"));
  assert.deepEqual(found.pyprojectTables, ["build-system", "tool.setuptools"]);
});

test("setuptools with Cython sources and extensions that pyproject.toml lists", () => {
  const listed = `${buildSystem("setuptools.build_meta", "setuptools", "Cython", "numpy")}[[tool.setuptools.ext-modules]]\nname = "d"\n`;
  const found = only({ "pyproject.toml": listed, "src/demo/fast.pyx": "", "src/demo/fast.pxd": "" });
  assert.equal(found.preset, "cython");
  assert.ok(found.packages.includes("cython"));
  const isInput = compileGlobs(found.inputs);
  assert.deepEqual(["src/demo/fast.pyx", "src/demo/fast.pxd", "src/demo/api.py"].map(isInput), [
    true,
    true,
    false,
  ]);
  assert.deepEqual(found.packages, ["cython", "numpy", "setuptools"]);
});

test("a setup.py that drives CMake", () => {
  const found = only({
    "setup.py": `class CMakeExtension(Extension): pass\nsubprocess.run(["cmake"])`,
    "CMakeLists.txt": "",
  });
  assert.deepEqual([found.preset, found.tools], ["setuptools", ["cc", "cxx", "cmake", "ninja", "python"]]);
});

test("scikit-build-core: libraries are in the environment, unless the mode is inplace", () => {
  const files = {
    "pyproject.toml": buildSystem("scikit_build_core.build", "scikit-build-core", "pybind11"),
    "CMakeLists.txt": "",
  };
  const redirect = only(files);
  assert.deepEqual([redirect.outputs, redirect.distribution, redirect.buildDirs], [[], "demo", []]);
  assert.deepEqual(redirect.recipe, [[...PIP, "-e", "."]]);
  assert.deepEqual(redirect.packages, ["pybind11", "scikit-build-core"]);
  const table = `[tool.scikit-build]\nbuild-dir = "./build/{wheel_tag}"\neditable.mode = "inplace"\neditable.rebuild = true\n`;
  const inplace = only({ ...files, "pyproject.toml": files["pyproject.toml"] + table });
  assert.deepEqual([inplace.outputs, inplace.buildDirs], [["**/*.so"], ["build"]]);
  assert.deepEqual(inplace.recipe, [[...PIP, "-Ceditable.rebuild=false", "-e", "."]]);
});

test("scikit-build-core: a build-dir with tracked files, or outside, is none of ours", () => {
  const base = buildSystem("scikit_build_core.build");
  for (const dir of ["build/{wheel_tag}", "../out", "/tmp/out", "{wheel_tag}"]) {
    const found = only({
      "pyproject.toml": `${base}[tool.scikit-build]\nbuild-dir = "${dir}"\n`,
      "build/notes.txt": "",
    });
    assert.deepEqual(found.buildDirs, [], dir);
  }
});

test("meson-python: built and loaded in a directory with our name", () => {
  const found = only({
    "pyproject.toml": buildSystem("mesonpy", "meson-python", "numpy"),
    "meson.build": "",
    "src/a.f90": "",
  });
  assert.equal(found.preset, "meson-python");
  assert.deepEqual(found.recipe, [[...PIP, "-Cbuild-dir=build/rebuild-if-needed", "-e", "."]]);
  assert.deepEqual(
    [found.outputs, found.buildDirs],
    [["build/rebuild-if-needed/**/*.so"], ["build/rebuild-if-needed"]],
  );
  assert.deepEqual(found.tools, ["cc", "cxx", "meson", "ninja", "python"]);
});

test("CMake that speaks of Python; other CMake projects and pure Python are not ours", () => {
  const found = only({ "CMakeLists.txt": "find_package(Python COMPONENTS Development.Module)", "a.cpp": "" });
  assert.deepEqual([found.preset, found.name, found.outputs], ["cmake", "native", ["build/**/*.so"]]);
  assert.equal(
    detectPreset(memoryTree({ "CMakeLists.txt": "add_executable(game main.cpp)", "main.cpp": "" })),
    null,
  );
  assert.equal(detectPreset(memoryTree({ "setup.py": `setup(name="pure")`, "pure/__init__.py": "" })), null);
  assert.equal(
    detectPreset(memoryTree({ "pyproject.toml": buildSystem("hatchling.build"), "x.py": "" })),
    null,
  );
});

test("inputs of an unknown project: sources, headers, build files, generators; not Python, not pyproject.toml", () => {
  const { inputs } = only({ "setup.py": "ext_modules" });
  const isInput = compileGlobs(inputs);
  const taken = [
    "a.inl",
    "x/y.cuh",
    "x/b.hpp.in",
    "cmake/x.cmake",
    "setup.cfg",
    "requirements/build/cuda.txt",
    "csrc/gen.py",
    "asm.S",
  ];
  const left = [
    "pkg/api.py",
    "pyproject.toml",
    "README.md",
    "requirements/test.txt",
    "tools/setup.py",
    "a.json",
  ];
  assert.deepEqual(
    taken.filter((path) => !isInput(path)),
    [],
  );
  assert.deepEqual(left.filter(isInput), []);
});

const VLLM: Files = {
  "setup.py": "CMakeExtension( torch",
  "vllm/__init__.py": "",
  "csrc/ops.cu": "",
  "pyproject.toml": buildSystem("setuptools.build_meta"),
};

test("vLLM: a clean build makes generated kernels and the external projects' objects anew, and fetches nothing anew", () => {
  const external = "if(DIR)\n  FetchContent_Declare(\n    Vllm-Flash-Attn SOURCE_DIR ${DIR}\n  )\nendif()\n";
  const files = {
    ...VLLM,
    "CMakeLists.txt": "FetchContent_Declare(cutlass GIT_TAG v1)\n",
    "cmake/external_projects/fa.cmake": `${external}FetchContent_Declare(vllm-flash-attn GIT_TAG x)\n`,
  };
  assert.deepEqual(only(files).buildDirs, [
    "csrc/quantization/machete/generated",
    ".deps/cutlass-build",
    ".deps/vllm-flash-attn-build",
  ]);
  const tracked = { ...files, "csrc/quantization/machete/generated/a.cu": "" };
  assert.deepEqual(only(tracked).buildDirs.length, 2);
});

test("vLLM for CUDA: other devices' files, docs and Python callers are not inputs", () => {
  const found = only(VLLM);
  assert.deepEqual([found.preset, found.name, found.guessed], ["vllm", "vllm", false]);
  assert.deepEqual(found.pyprojectTables, ["build-system"]);
  const isInput = compileGlobs(found.inputs);
  const taken = [
    "csrc/ops.cu",
    "csrc/moe/generate.py",
    "csrc/x.inl",
    "cmake/external_projects/fa.cmake",
    "setup.py",
    "requirements/build.txt",
    "requirements/build/cuda.txt",
    "requirements-build.txt",
  ];
  const left = [
    "csrc/cpu/a.cpp",
    "csrc/rocm/a.cu",
    "csrc/quantization/w8a8/fp8/amd/q.cuh",
    "cmake/hipify.py",
    "csrc/README.md",
    "vllm/envs.py",
    "requirements/build/rocm.txt",
    "requirements/common.txt",
    "pyproject.toml",
  ];
  assert.deepEqual(
    taken.filter((path) => !isInput(path)),
    [],
  );
  assert.deepEqual(left.filter(isInput), []);
  const isOutput = compileGlobs(found.outputs);
  const outputs = [
    "vllm/_C.abi3.so",
    "vllm/vllm_flash_attn/__init__.py",
    "vllm/vllm_flash_attn/cute/interface.py",
    "vllm/third_party/triton_kernels/a.py",
    "vllm/third_party/deep_gemm/include/a.cuh",
  ];
  assert.deepEqual(
    outputs.filter((path) => !isOutput(path)),
    [],
  );
  assert.deepEqual(["vllm/engine.py", "vllm/third_party/deep_gemm/__pycache__/a.pyc"].filter(isOutput), []);
  assert.ok(found.environment.includes("VLLM_TARGET_DEVICE") && !found.environment.includes("MAX_JOBS"));
});

function known(versions: Files, variables: Files = {}): InstalledLookup {
  return { version: (name) => versions[name] ?? null, variable: (name) => variables[name] ?? null };
}

test("vLLM's device: the recorded variable, then the installed torch, then the platform", () => {
  assert.equal(vllmDevice(known({ torch: "2.9.0+cpu" }, { VLLM_TARGET_DEVICE: "rocm" }), "linux"), "rocm");
  assert.equal(vllmDevice(known({ torch: "2.9.0+rocm6.4" }), "linux"), "rocm");
  assert.equal(vllmDevice(known({ torch: "2.9.0+cpu" }), "linux"), "cpu");
  assert.equal(vllmDevice(known({ torch: "2.9.0" }), "linux"), "cuda");
  assert.equal(vllmDevice(NOTHING_KNOWN, "linux"), "cuda");
  assert.equal(vllmDevice(known({ torch: "2.9.0" }), "darwin"), "cpu");
});

test("vLLM for the CPU: its own folder counts, kernels do not, and no nvcc", () => {
  const found = only({ ...VLLM, "csrc/cpu/a.cpp": "" }, known({ torch: "2.9.0+cpu" }));
  const isInput = compileGlobs(found.inputs);
  assert.deepEqual(["csrc/cpu/a.cpp", "csrc/ops.cu"].map(isInput), [true, false]);
  assert.ok(!found.tools.includes("nvcc"));
});

test("FlashAttention: FA2 with its submodule; FA3 only where it is installed", () => {
  const files = {
    "setup.py": "torch",
    "csrc/flash_attn/flash_api.cpp": "",
    "csrc/flash_attn/a.cu": "",
    "csrc/cutlass": "",
    "hopper/setup.py": "",
  };
  const fa2 = only(files);
  const isInput = compileGlobs(fa2.inputs);
  assert.deepEqual([fa2.preset, fa2.name], ["flash-attention", "flash-attn"]);
  const paths = [
    "csrc/cutlass",
    "csrc/flash_attn/a.cu",
    "hopper/a.cu",
    "csrc/composable_kernel",
    "flash_attn/cute/x.py",
  ];
  assert.deepEqual(paths.map(isInput), [true, true, false, false, false]);
  assert.ok(fa2.environment.includes("FLASH_ATTENTION_DISABLE_FP8"));
  const both = detect(files, known({ "flash-attn-3": "3.0.0" })).extensions;
  assert.deepEqual(
    both.map(({ name }) => name),
    ["flash-attn", "flash-attn-3"],
  );
  assert.deepEqual(both[1]?.recipe, [[...PIP, "-e", "./hopper"]]);
});

test("SGLang: the kernel project in its folder", () => {
  const found = only({
    "sgl-kernel/pyproject.toml": `[project]\nname = "sglang-kernel"\n`,
    "sgl-kernel/CMakeLists.txt": "",
    "sgl-kernel/csrc/a.cu": "",
  });
  assert.deepEqual(
    [found.preset, found.distribution, found.tools.includes("nvcc")],
    ["sgl-kernel", "sglang-kernel", true],
  );
});

test("a keyword of setup(): literal, by a constant, or not at all", () => {
  assert.equal(
    setupKeyword(
      `setup(\n  ext_modules=[E(name="inner", x=(1, 2))],  # name="comment"\n  name="outer",\n)`,
      "name",
    ),
    "outer",
  );
  assert.equal(setupKeyword(`PACKAGE = 'flash'\nsetuptools.setup(name=PACKAGE, v=1)`, "name"), "flash");
  assert.equal(setupKeyword(`setup(name=f"{x}")`, "name"), null);
  assert.equal(setupKeyword(`setup(name="a" + b, version="1")`, "name"), null);
  assert.equal(setupKeyword(`setup(**kwargs)`, "name"), null);
  assert.equal(setupKeyword(`print("no call")`, "name"), null);
});
