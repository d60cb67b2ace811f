/** FlashAttention 2 as somebody with a finished editable CUDA build has it: setup.py's sources and what they include. */
import { readC, type CText } from "./c-text.ts";
import { includeClosure } from "./include-closure.ts";
import { sliceSetup } from "./setup-slice.ts";
import type { Part, State } from "./state.ts";
import type { StaticLabeler } from "./static-labeler.ts";
import { buildRequires, hashOf, pinsPart } from "./static-parts.ts";

export const flashAttention: StaticLabeler = {
  reads: (path) =>
    path.startsWith("csrc/flash_attn/") ||
    path === CUTLASS ||
    path === "setup.py" ||
    path === "pyproject.toml",
  state: readState,
};

/** A submodule: its commit stands for all that is included from it. */
const CUTLASS = "csrc/cutlass";
const OFF = ["IS_ROCM", "BUILD_TARGET == 'rocm'", "SKIP_CUDA_BUILD"];
const OTHER_DEVICES = new Set(["USE_ROCM", "__HIP_PLATFORM_AMD__", "__HIPCC__"]);

async function readState(
  tree: ReadonlyMap<string, string>,
  read: (path: string) => Promise<string>,
): Promise<State> {
  const state = new Map<string, Part>();
  const setup = await read("setup.py");
  const { slice, strings } = sliceSetup(setup, OFF);
  state.set("setup.py", { hard: hashOf(slice), soft: hashOf(setup) });
  state.set(CUTLASS, { hard: tree.get(CUTLASS) ?? "", soft: "" });
  if (tree.has("pyproject.toml"))
    state.set("pyproject.toml", pinsPart(buildRequires(await read("pyproject.toml")), /^torch\b/));
  const texts = new Map<string, CText>();
  const textOf = async (path: string): Promise<CText> => {
    const text = texts.get(path) ?? readC(await read(path), OTHER_DEVICES);
    texts.set(path, text);
    return text;
  };
  const roots = ["csrc/flash_attn", "csrc/flash_attn/src"];
  const closure = await includeClosure(tree, strings, roots, async (path) => (await textOf(path)).includes);
  for (const path of closure)
    state.set(path, { hard: hashOf((await textOf(path)).normal), soft: tree.get(path) ?? "" });
  return state;
}
