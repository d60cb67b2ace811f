import type { RepoPath, ToolRole } from "../model.ts";
import { compileGlobs } from "./globs.ts";
import { normalizeName, readProject, type Project } from "./project.ts";
import type { TreeReader } from "./tree-reader.ts";

/** Files that can change a native build of a project that we do not know, wherever they lie. */
export const NATIVE_INPUTS: readonly string[] = [
  ...words(`
    c cc cpp cxx c++ cu cuh hip m mm
    h hh hpp hxx h++ inl inc ipp tcc tpp s S asm
    pyx pxd pxi f f90 i
  `).map((extension) => `**/*.${extension}`),
  "**/CMakeLists.txt",
  "**/*.cmake",
  "CMakePresets.json",
  "**/meson.build",
  "**/meson.options",
  "**/meson_options.txt",
  "setup.py",
  "setup.cfg",
  "requirements-build*",
  "requirements/build*",
  "requirements/build/**",
  // Generators and templates beside the sources: a change of one is a change of what it writes.
  "csrc/**/*.py",
  ...words("c cc cpp cxx cu cuh h hpp pyx pxd").flatMap((extension) =>
    words("in j2 jinja jinja2 tmpl template src").map((template) => `**/*.${extension}.${template}`),
  ),
];

/** Variables that change what compilers and build tools make. Never those of speed alone (MAX_JOBS, NVCC_THREADS). */
export const COMMON_ENVIRONMENT: readonly string[] = words(`
  CC CXX CPP LD AR CFLAGS CXXFLAGS CPPFLAGS LDFLAGS LDSHARED
  CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH LIBRARY_PATH PKG_CONFIG_PATH
  ARCHFLAGS MACOSX_DEPLOYMENT_TARGET SDKROOT
  CUDA_HOME CUDA_PATH CUDAToolkit_ROOT CUDACXX CUDAFLAGS CUDAHOSTCXX CUDAARCHS CUDNN_HOME
  NVCC_CCBIN NVCC_PREPEND_FLAGS NVCC_APPEND_FLAGS TORCH_CUDA_ARCH_LIST TORCH_NVCC_FLAGS
  ROCM_HOME ROCM_PATH HIPCXX PYTORCH_ROCM_ARCH
  CMAKE_ARGS CMAKE_GENERATOR CMAKE_BUILD_TYPE CMAKE_PREFIX_PATH CMAKE_TOOLCHAIN_FILE
  CMAKE_CUDA_ARCHITECTURES
`);

/** A list of names, written as text. */
export function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

/** `python` stands for the recorded interpreter; the runner chooses another installer where it has no pip. */
export function pipRecipe(target: string, ...settings: string[]): readonly (readonly string[])[] {
  return [["python", "-m", "pip", "install", "--no-build-isolation", "--no-deps", ...settings, "-e", target]];
}

/** Tools of a compiled language: nvcc where the inputs hold CUDA sources, and what the backend brings. */
export function toolsFor(
  tree: TreeReader,
  inputs: readonly string[],
  backend: readonly ToolRole[],
): ToolRole[] {
  return ["cc", "cxx", ...(holdsCuda(tree, inputs) ? ["nvcc" as const] : []), ...backend, "python"];
}

/** Build requirements whose version can change the outputs, and torch when the build files speak of it. */
export function packagesFor(project: Project, ...own: readonly string[]): string[] {
  const mentioned = MENTIONED.filter((name) => new RegExp(`\\b${name}\\b`, "i").test(project.buildText));
  const wanted = [...own, ...project.requires, ...mentioned].map(normalizeName);
  return [...new Set(wanted)].filter((name) => !METADATA_ONLY.has(name)).sort();
}

/** `[build-system]` and the backend's own tables; none where there is no pyproject.toml. */
export function pyprojectTablesFor(tree: TreeReader, ...tables: readonly string[]): string[] {
  const project = readProject(tree);
  return project.files.has("pyproject.toml") ? ["build-system", ...tables] : [];
}

/** `paths` without those that hold tracked files: a preset never calls such a folder a build directory. */
export function buildDirsFor(tree: TreeReader, paths: readonly RepoPath[]): RepoPath[] {
  return paths.filter((path) => trackedIn(tree, path) === null);
}

/** A tracked file in `folder` (or `folder` itself, where it is a tracked file); null when there is none. */
export function trackedIn(tree: TreeReader, folder: RepoPath): RepoPath | null {
  const prefix = `${folder}/`;
  return (
    tree.paths().find((path) => (path === folder || path.startsWith(prefix)) && tree.isTracked(path)) ?? null
  );
}

/** Names that setup.py and CMake files mention when they compile against them. */
const MENTIONED = ["torch", "pybind11", "nanobind", "numpy", "cython", "cffi"];

/** Build requirements that only make metadata: another version of them changes no library. */
export const METADATA_ONLY: ReadonlySet<string> = new Set(
  words(`
    wheel packaging build pip setuptools-scm setuptools-git setuptools-git-versioning vcs-versioning versioneer
    versioningit hatch-vcs hatchling toml tomli pytest-runner typing-extensions
  `),
);

function holdsCuda(tree: TreeReader, inputs: readonly string[]): boolean {
  const isInput = compileGlobs(inputs);
  return tree.paths().some((path) => (path.endsWith(".cu") || path.endsWith(".cuh")) && isInput(path));
}
