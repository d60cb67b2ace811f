/** What a variable says beside the tools that it names. Pure: no `node:` module here. */
import type { Tool, Toolchain, ToolRole } from "../model.ts";
import {
  argumentsOf,
  compilerDefinition,
  isLauncherDefinition,
  isLauncherList,
  splitWords,
  withoutHostCompilers,
} from "./command-line.ts";

/**
 * The variables of a toolchain by what they mean: a tool that is looked at by its content is left out, so that
 * `CXX=g++`, `CXX=/usr/bin/g++` and `CXX="ccache g++"` are one, and no path of this machine stays in. What says
 * nothing more is absent.
 */
export function variableMeanings(toolchain: Toolchain): ReadonlyMap<string, string> {
  const meanings = new Map<string, string>();
  for (const [name, value] of Object.entries(toolchain.variables)) {
    const meaning = meaningOf(name, value, toolchain.tools);
    if (meaning !== "") meanings.set(name, meaning);
  }
  return meanings;
}

/** Roles whose programs a variable chooses; none for any other variable. */
export function rolesOfVariable(name: string): readonly ToolRole[] {
  if (HOMES.has(name)) return ["nvcc"];
  const role = COMMANDS.get(name);
  return role === undefined ? [] : [role];
}

/** Variables that hold a command, and the role that its program is looked at in. */
const COMMANDS: ReadonlyMap<string, ToolRole> = new Map([
  ["CC", "cc"],
  ["LDSHARED", "cc"],
  ["CXX", "cxx"],
  ["CUDAHOSTCXX", "cxx"],
  ["NVCC_CCBIN", "cxx"],
  ["CUDACXX", "nvcc"],
]);

/** Folders of a CUDA toolkit. */
const HOMES: ReadonlySet<string> = new Set(["CUDA_HOME", "CUDA_PATH", "CUDAToolkit_ROOT"]);

/** Lists of options; some may name a compiler. */
const FLAGS: ReadonlySet<string> = new Set(
  `CFLAGS CXXFLAGS CPPFLAGS LDFLAGS ARCHFLAGS CUDAFLAGS NVCC_PREPEND_FLAGS NVCC_APPEND_FLAGS TORCH_NVCC_FLAGS
  CMAKE_ARGS SKBUILD_CMAKE_ARGS`.split(/\s+/),
);

/** Sets of GPU architectures: neither order nor separator counts, to torch and CMake alike. */
const ARCHITECTURES: ReadonlySet<string> = new Set(
  `TORCH_CUDA_ARCH_LIST CUDAARCHS CMAKE_CUDA_ARCHITECTURES PYTORCH_ROCM_ARCH GPU_ARCHS FLASH_ATTN_CUDA_ARCHS`.split(
    /\s+/,
  ),
);

/** Search paths: the first of two equal folders is the one that counts. An empty one is the present folder: kept. */
const FOLDERS: ReadonlySet<string> = new Set(
  `CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH LIBRARY_PATH PKG_CONFIG_PATH CMAKE_PREFIX_PATH`.split(/\s+/),
);

function meaningOf(name: string, value: string, tools: readonly Tool[]): string {
  const role = COMMANDS.get(name);
  if (role !== undefined) return meaningOfCommand(value, tools, role);
  if (HOMES.has(name)) {
    const home = withoutSlash(value);
    return isFile(tools, "nvcc", `${home}/bin/nvcc`) ? "" : home;
  }
  if (FLAGS.has(name)) return meaningOfFlags(splitWords(value), tools).join(" ");
  if (ARCHITECTURES.has(name)) return [...new Set(split(value, /[\s;,]+/))].sort().join(" ");
  if (FOLDERS.has(name)) return [...new Set(value.split(":").map(withoutSlash))].join(":");
  if (/^CMAKE_\w+_COMPILER_LAUNCHER$/.test(name)) return isLauncherList(value) ? "" : value;
  return value;
}

function meaningOfCommand(value: string, tools: readonly Tool[], role: ToolRole): string {
  const words = splitWords(value);
  return (isFound(tools, role) ? argumentsOf(words) : words).join(" ");
}

function meaningOfFlags(words: readonly string[], tools: readonly Tool[]): string[] {
  const kept = isFound(tools, "cxx") ? withoutHostCompilers(words) : words;
  return kept.filter((word) => !isLauncherDefinition(word) && !namesKnownCompiler(word, tools));
}

function namesKnownCompiler(word: string, tools: readonly Tool[]): boolean {
  const named = compilerDefinition(word);
  const role = { C: "cc", CXX: "cxx", CUDA: "nvcc", CUDA_HOST: "cxx" } as const;
  return named !== null && isFound(tools, role[named.language]);
}

/** A role whose variable names nothing that exists has no path, and the variable then counts as it is written. */
function isFound(tools: readonly Tool[], role: ToolRole): boolean {
  return tools.some((tool) => tool.role === role && tool.path !== null);
}

function isFile(tools: readonly Tool[], role: ToolRole, path: string): boolean {
  const tool = tools.find((one) => one.role === role);
  return tool !== undefined && (tool.path === path || tool.files.some((file) => file.path === path));
}

function split(value: string, separator: RegExp): string[] {
  return value.split(separator).filter((part) => part !== "");
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}
