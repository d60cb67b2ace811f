/**
 * vLLM as somebody with a finished editable CUDA build has it: the source lists of its CMake files, the `#include`
 * closure of what they name, generators, pins, the driver, and the files that a build copies into the tree.
 */
import { readC, type CText } from "./c-text.ts";
import { liveCommands, type CMakeCommand } from "./cmake-text.ts";
import { includeClosure } from "./include-closure.ts";
import { sliceSetup } from "./setup-slice.ts";
import type { Part, State } from "./state.ts";
import { buildRequires, hashOf, pinsPart } from "./static-parts.ts";
import type { StaticLabeler } from "./static-labeler.ts";

export const vllm: StaticLabeler = {
  reads: (path) =>
    /^(csrc|cmake)\//.test(path) ||
    ["CMakeLists.txt", "setup.py", "pyproject.toml"].includes(path) ||
    PIN_FILES.test(path) ||
    COPIED_IN.test(path),
  state: readState,
};

const KNOWN = new Map([
  ["VLLM_GPU_LANG", "CUDA"],
  ["VLLM_TARGET_DEVICE", "cuda"],
  ["HIP_FOUND", ""],
  ["CUDA_FOUND", "1"],
]);
const OTHER_DEVICES = new Set(["USE_ROCM", "__HIP_PLATFORM_AMD__", "__HIPCC__", "__HIP_DEVICE_COMPILE__"]);
/** Conditions of setup.py that are certainly false, as Python writes them. */
const OFF = [
  "_is_hip()",
  "_is_cpu()",
  "_is_xpu()",
  "_is_tpu()",
  "_is_hpu()",
  "_is_neuron()",
  "_no_device()",
  "torch.version.hip is not None",
  "torch.version.xpu is not None",
  "VLLM_TARGET_DEVICE == 'cpu'",
  "VLLM_TARGET_DEVICE == 'rocm'",
  "VLLM_TARGET_DEVICE == 'xpu'",
  "envs.VLLM_USE_PRECOMPILED",
  "use_precompiled",
  "should_bundle_tcmalloc()",
];

/** Requirements of a CUDA build, by the names that they have had. */
const PIN_FILES = /^requirements(-build\.txt|\/build\.txt|\/build\/cuda\.txt)$/;

/** Files that a build writes into the tree, git-ignored; tracked at one end only, git itself takes them away. */
const COPIED_IN = /^vllm\/(vllm_flash_attn|third_party\/(triton_kernels|deep_gemm))\/.*\.py$/;

async function readState(
  tree: ReadonlyMap<string, string>,
  read: (path: string) => Promise<string>,
): Promise<State> {
  const state = new Map<string, Part>();
  const commands: CMakeCommand[] = [];
  const open = ["CMakeLists.txt"];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (!tree.has(path) || state.has(path)) continue;
    const text = await read(path);
    const live = liveCommands(text, KNOWN).filter((command) => !isInert(command));
    state.set(path, { hard: hashOf(JSON.stringify(live)), soft: hashOf(text) });
    commands.push(...live);
    for (const { name, args } of live) {
      const named = name === "include" ? /cmake\/[\w./-]+\.cmake$/.exec(args[0] ?? "")?.[0] : undefined;
      if (named !== undefined) open.push(named);
    }
  }
  const words = commands
    .flatMap((command) => command.args)
    .flatMap((arg) => arg.match(/csrc\/[\w./-]+/g) ?? []);
  const generators = words.filter((word) => word.endsWith(".py") && tree.has(word));
  const written = new Map<string, string[]>();
  for (const path of await withImports(tree, generators, read)) {
    state.set(path, await pythonPart(path, read));
    written.set(path, includesIn(await read(path)));
  }
  const texts = new Map<string, CText>();
  const textOf = async (path: string): Promise<CText> => {
    const text = texts.get(path) ?? readC(await read(path), OTHER_DEVICES);
    texts.set(path, text);
    return text;
  };
  const sources = words.filter((word) => /\.(cu|cpp|cc|c)$/.test(word));
  const folders = words.filter((word) => !/\.\w+$/.test(word));
  const roots = ["csrc", ".", ...folders.map((folder) => folder.replace(/\/$/, ""))];
  const includesOf = async (path: string): Promise<readonly string[]> =>
    written.get(path) ?? (await textOf(path)).includes;
  const closure = await includeClosure(tree, [...sources, ...written.keys()], roots, includesOf);
  for (const path of [...closure].filter((one) => !written.has(one)))
    state.set(path, { hard: hashOf((await textOf(path)).normal), soft: tree.get(path) ?? "" });
  await addDriver(state, tree, read);
  return state;
}

/** What a generator's kernels include: they lie beside it or in a folder below it. */
function includesIn(generator: string): string[] {
  return [...generator.matchAll(/#include\s+"([^"]+)"/g)].flatMap(([, name = ""]) => [
    name,
    name.replace(/^\.\.\//, ""),
  ]);
}

/** Says something or names what other devices want. */
function isInert({ name, args }: CMakeCommand): boolean {
  return name === "message" || (name === "set" && /ROCM|HIP/.test(args[0] ?? ""));
}

async function addDriver(
  state: Map<string, Part>,
  tree: ReadonlyMap<string, string>,
  read: (path: string) => Promise<string>,
): Promise<void> {
  for (const path of tree.keys()) {
    if (PIN_FILES.test(path)) state.set(path, pinsPart((await read(path)).split("\n"), /^torch\b/));
    if (COPIED_IN.test(path)) state.set(`tracked ${path}`, { hard: "tracked", soft: "tracked" });
  }
  if (tree.has("pyproject.toml")) {
    const requires = buildRequires(await read("pyproject.toml"));
    state.set("pyproject.toml", pinsPart(requires, /^torch\b/));
  }
  if (!tree.has("setup.py")) return;
  const text = await read("setup.py");
  state.set("setup.py", { hard: hashOf(sliceSetup(text, OFF).slice), soft: hashOf(text) });
}

async function pythonPart(path: string, read: (path: string) => Promise<string>): Promise<Part> {
  const text = await read(path);
  return { hard: hashOf(text.replaceAll(/^\s*#.*\n/gm, "")), soft: hashOf(text) };
}

/** Generators put folders of `csrc` on their path and import from there: any module of that name counts. */
async function withImports(
  tree: ReadonlyMap<string, string>,
  paths: readonly string[],
  read: (path: string) => Promise<string>,
): Promise<Set<string>> {
  const modules = [...tree.keys()].filter((path) => path.startsWith("csrc/") && path.endsWith(".py"));
  const seen = new Set<string>();
  const open = [...paths];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const [, name = ""] of (await read(path)).matchAll(/^\s*(?:import|from)\s+(\w+)/gm))
      open.push(...modules.filter((module) => module.endsWith(`/${name}.py`)));
  }
  return seen;
}
