/** GPU architectures as variables and flags name them. Pure. */
import { type GpuCode, runsOn } from "../verify/gpu-architectures.ts";

/** One architecture that a build is asked for. */
export interface Architecture {
  /** `90` of `9.0a`, `sm_90a` and `90-real`. */
  readonly number: number;
  /** `a` and `f` run on their own kind only. */
  readonly suffix: GpuCode["suffix"];
  /** Machine code, for this architecture and later minor ones. */
  readonly hasCode: boolean;
  /** PTX, which a driver translates for this architecture and all later ones. */
  readonly hasPtx: boolean;
}

/** What a list asks for; null for words that leave the choice to the tools (`native`, `all`, `Auto`). */
export type ArchitectureList = readonly Architecture[] | null;

/** `TORCH_CUDA_ARCH_LIST`: `8.0;9.0a+PTX`, names of generations, separated by `;` or spaces. */
export function parseTorchList(text: string): ArchitectureList {
  const named = Object.entries(GENERATIONS).reduce((all, [name, list]) => all.replaceAll(name, list), text);
  return parseAll(named.split(/[;,\s]+/), (word) => {
    const [, major = "", minor = "", suffix = "", ptx] = /^(\d+)\.(\d)([af]?)(\+PTX)?$/.exec(word) ?? [];
    if (major === "") return null;
    return {
      number: Number(major + minor),
      suffix: suffixOf(suffix),
      hasCode: true,
      hasPtx: ptx !== undefined,
    };
  });
}

/** `CMAKE_CUDA_ARCHITECTURES`: `80;90a-real;120-virtual`. */
export function parseCMakeList(text: string): ArchitectureList {
  return parseAll(text.split(/[;,\s]+/), (word) => {
    const [, number = "", suffix = "", kind] = /^(\d{2,3})([af]?)(?:-(real|virtual))?$/.exec(word) ?? [];
    if (number === "") return null;
    return {
      number: Number(number),
      suffix: suffixOf(suffix),
      hasCode: kind !== "virtual",
      hasPtx: kind !== "real",
    };
  });
}

/** Flags of nvcc: `-gencode arch=compute_90a,code=sm_90a`, `-arch=sm_90`. What they leave out is not told by them. */
export function parseFlags(text: string): Architecture[] {
  return [...text.matchAll(/(?:compute|sm|lto)_(\d{2,3})([af]?)\b/g)].map(([, number, suffix = ""]) => ({
    number: Number(number),
    suffix: suffixOf(suffix),
    hasCode: true,
    hasPtx: true,
  }));
}

/** Numbers of `nvcc --list-gpu-arch`. */
export function parseKnown(answer: string): ReadonlySet<number> {
  return new Set([...answer.matchAll(/^compute_(\d{2,3})/gm)].map(([, number]) => Number(number)));
}

/** Whether a GPU of this compute capability (`86` for 8.6) can run one of them. */
export function covers(list: readonly Architecture[], gpu: number): boolean {
  return list.some((one) => codesOf(one).some((code) => runsOn(code, gpu)));
}

/** What a compiler makes when it is asked for this architecture. */
function codesOf({ number, suffix, hasCode, hasPtx }: Architecture): GpuCode[] {
  const code: GpuCode[] = hasCode ? [{ kind: "cubin", number, suffix }] : [];
  return hasPtx ? [...code, { kind: "ptx", number, suffix }] : code;
}

/** Names that torch.utils.cpp_extension takes, as torch 2.9 has them; the longer ones first. */
const GENERATIONS: Readonly<Record<string, string>> = {
  "Blackwell+Tegra": "11.0",
  "Ampere+Tegra": "8.7",
  "Volta+Tegra": "7.2",
  "Maxwell+Tegra": "5.3",
  "Kepler+Tesla": "3.7",
  Blackwell: "10.0;10.3;12.0;12.1+PTX",
  Hopper: "9.0+PTX",
  Ada: "8.9+PTX",
  Ampere: "8.0;8.6+PTX",
  Turing: "7.5+PTX",
  Volta: "7.0+PTX",
  Pascal: "6.0;6.1+PTX",
  Maxwell: "5.0;5.2+PTX",
  Kepler: "3.5+PTX",
};

function parseAll(words: readonly string[], parse: (word: string) => Architecture | null): ArchitectureList {
  const parsed = words.filter((word) => word !== "").map(parse);
  return parsed.every((one) => one !== null) && parsed.length > 0 ? parsed : null;
}

function suffixOf(text: string): GpuCode["suffix"] {
  return text === "a" || text === "f" ? text : "";
}
