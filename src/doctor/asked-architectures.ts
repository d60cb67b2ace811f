/** Where a build is told which GPU architectures to compile for. */
import { kindOfRecipe } from "./recipe-kind.ts";
import { parseToml, tableAt } from "../config/toml.ts";
import { splitWords } from "../fingerprint/command-line.ts";
import type { Extension } from "../model.ts";
import { dotted } from "../verify/gpu-architectures.ts";
import type { DoctorRequest } from "./finding.ts";
import { type Architecture, parseCMakeList, parseFlags, parseTorchList } from "./gpu-architectures.ts";

/** One place that names architectures. */
export interface AskedArchitectures {
  /** For people: `TORCH_CUDA_ARCH_LIST=9.0`. */
  readonly place: string;
  /** The variable that a person can set otherwise, or null. */
  readonly variable: string | null;
  readonly list: readonly Architecture[];
  /** The compiler is certain to get every one of them. */
  readonly isCertain: boolean;
  /** All that the build is asked for, so that a GPU which is not in it has no code. */
  readonly isWhole: boolean;
}

type Asker = Pick<DoctorRequest, "extension" | "variables" | "readTree">;

/** Every place that names architectures and says which; those that leave the choice to the tools are left out. */
export function askedArchitectures(context: Asker): AskedArchitectures[] {
  const { extension, variables, readTree } = context;
  const { usesTorch, usesCMake } = askedBy(extension);
  const isTaken = !chooseThemselves(context);
  const words = [...extension.recipe.flat(), ...splitWords(variables["CMAKE_ARGS"] ?? "")];
  const asked: (AskedArchitectures | null)[] = [];
  const add = (name: string, value: unknown, parse: typeof parseTorchList, isVariable: boolean): void => {
    const list = typeof value === "string" ? parse(value) : null;
    if (list === null || typeof value !== "string") return;
    const place = `${name}=${value}`;
    asked.push({ place, variable: isVariable ? name : null, list, isCertain: isTaken, isWhole: true });
  };
  if (usesTorch) {
    add("TORCH_CUDA_ARCH_LIST", variables["TORCH_CUDA_ARCH_LIST"], parseTorchList, true);
    add("-DTORCH_CUDA_ARCH_LIST", definition(words, "TORCH_CUDA_ARCH_LIST"), parseTorchList, false);
  }
  if (usesCMake) {
    const name = "CMAKE_CUDA_ARCHITECTURES";
    const defined = definition(words, name);
    const table = scikitBuildDefines(readTree("pyproject.toml"))?.[name];
    if (defined !== null) add(`-D${name}`, defined, parseCMakeList, false);
    else if (table !== undefined) add(`cmake.define.${name}`, table, parseCMakeList, false);
    else add("CUDAARCHS", variables["CUDAARCHS"], parseCMakeList, true);
  }
  return [...asked.filter((one) => one !== null), ...ownLists(context), ...flags(context)];
}

/** What to type so that the build of an extension covers these GPUs too. */
export function addArchitectures(
  {
    extension,
    variables,
  }: { readonly extension: WhatRuns; readonly variables: Readonly<Record<string, string>> },
  gpus: readonly number[],
): string {
  const { usesTorch, usesCMake } = askedBy(extension);
  if (!usesTorch && !usesCMake) {
    return `have it compiled for ${gpus.map((gpu) => `sm_${gpu}`).join(", ")}, then: rebuild-if-needed`;
  }
  const name = usesTorch ? "TORCH_CUDA_ARCH_LIST" : "CUDAARCHS";
  const value = variables[name] ?? "";
  const isList = (usesTorch ? parseTorchList(value) : parseCMakeList(value)) !== null; // else `native`, `All`
  const asked = isList ? value.split(/[;,\s]+/).filter(Boolean) : [];
  const added = gpus.map((gpu) => (usesTorch ? dotted(gpu) : String(gpu)));
  return `${name}='${[...asked, ...added].join(";")}' rebuild-if-needed`;
}

type WhatRuns = Pick<Extension, "packages" | "tools" | "recipe">;

function askedBy({ packages, tools, recipe }: WhatRuns): { usesTorch: boolean; usesCMake: boolean } {
  return {
    usesTorch: packages.includes("torch"),
    usesCMake: tools.includes("cmake") || kindOfRecipe(recipe).runsCMake,
  };
}

/** Lists of a project's own, which its build files pick from as they like. */
function ownLists({ variables }: Asker): AskedArchitectures[] {
  return ["FLASH_ATTN_CUDA_ARCHS", "CMAKE_CUDA_ARCHITECTURES"].flatMap((name) => {
    const value = variables[name] ?? "";
    const list = parseCMakeList(value);
    if (list === null) return [];
    return [{ place: `${name}=${value}`, variable: name, list, isCertain: false, isWhole: false }];
  });
}

/** nvcc reads these by itself, whoever starts it. */
function flags({ variables }: Asker): AskedArchitectures[] {
  return ["NVCC_PREPEND_FLAGS", "NVCC_APPEND_FLAGS"].flatMap((name) => {
    const value = variables[name] ?? "";
    const list = parseFlags(value);
    if (list.length === 0) return [];
    return [{ place: `${name}=${value}`, variable: name, list, isCertain: true, isWhole: false }];
  });
}

/** The build files speak of architectures, so they may drop or replace what they are told. */
function chooseThemselves({ readTree }: Asker): boolean {
  return ["setup.py", "CMakeLists.txt"].some((file) =>
    /CUDA_\w*ARCH|ARCH_LIST|gencode|-arch\b/.test(readTree(file) ?? ""),
  );
}

function definition(words: readonly string[], name: string): string | null {
  const start = new RegExp(`^(?:-C(?:cmake\\.define\\.)?|-D)${name}(?::\\w+)?=(.*)$`);
  return words.map((word) => start.exec(word)?.[1]).findLast((value) => value !== undefined) ?? null;
}

function scikitBuildDefines(pyproject: string | null): Readonly<Record<string, unknown>> | null {
  const toml = parseToml(pyproject ?? "");
  return toml.ok ? tableAt(toml.table, "tool.scikit-build.cmake.define") : null;
}
