import { basename } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { withoutTorch } from "./apart.ts";
import { type Evidence, explain } from "./cause.ts";
import { type DeviceCode, type DeviceCodeJson, deviceCodeJson, readDeviceCode } from "./device-code.ts";
import { demangle } from "./demangle.ts";
import type { Elf, UndefinedSymbol } from "./elf.ts";
import { abiMismatch, taggedName } from "./module-name.ts";
import { type Loader, type LoaderContext, type Resolution, createLoader } from "./resolve.ts";
import { needsTorch } from "./torch-parent.ts";

export interface MissingSymbol {
  readonly symbol: string;
  readonly version?: string;
  /** As C++ code writes it; absent for names of C, and without the program `c++filt`. */
  readonly demangled?: string;
}

/** Whether the loader of the interpreter would take one library. */
export interface LibraryVerdict {
  readonly path: string;
  /** null: cannot tell, and `causes` says why. */
  readonly ok: boolean | null;
  readonly missing: readonly MissingSymbol[];
  /** NEEDED libraries that were not found. */
  readonly libraries: readonly string[];
  /** One sentence each. With `ok: true` they are remarks. */
  readonly causes: readonly string[];
  /** Which GPUs it has code for, where it has any. No part of the verdict: the loader does not ask. */
  readonly gpu?: DeviceCodeJson;
}

/** What the probe must know of a library beside the verdict. */
export interface Inspection extends LibraryVerdict {
  readonly needsTorch: boolean;
  /** It needs torch, and this interpreter has none. */
  readonly lacksTorch: boolean;
  /** The verdict rests on unresolved names alone, so a loader that takes the file overrules it. */
  readonly isUnresolved: boolean;
  readonly deviceCode: DeviceCode | null;
}

/** Verdicts of files by reading alone: no code of the files and no loader runs. */
export async function inspectLibraries(
  files: readonly string[],
  context: LoaderContext,
): Promise<LibraryVerdict[]> {
  const inspections = await inspectFully(files, context);
  return inspections.map(({ path, ok, missing, libraries, causes, deviceCode }) => ({
    path,
    ok,
    missing,
    libraries,
    causes,
    ...(deviceCode === null ? {} : { gpu: deviceCodeJson(deviceCode) }),
  }));
}

/** As `inspectLibraries`, with what the probe needs to know. */
export async function inspectFully(files: readonly string[], context: LoaderContext): Promise<Inspection[]> {
  const loader = createLoader(context);
  try {
    const inspections: Inspection[] = [];
    for (const file of files) {
      inspections.push({ ...inspectOne(file, context, loader), deviceCode: readDeviceCode(file) });
      await nextTurn(); // let a signal through between two libraries
    }
    return await withCppNames(inspections, context);
  } finally {
    loader.close();
  }
}

type Read = Omit<Inspection, "deviceCode">;

async function withCppNames(
  inspections: readonly Inspection[],
  { environment, top = process.cwd() }: LoaderContext,
): Promise<Inspection[]> {
  const names = inspections.flatMap(({ missing }) => missing.map(({ symbol }) => symbol));
  const demangled = await demangle(names, environment, top);
  const named = (one: MissingSymbol): MissingSymbol => {
    const text = demangled.get(one.symbol);
    return text === undefined ? one : { ...one, demangled: text };
  };
  return inspections.map((one) => ({ ...one, missing: one.missing.map(named) }));
}

function inspectOne(path: string, context: LoaderContext, loader: Loader): Read {
  const mismatch = context.interpreter === null ? null : abiMismatch(path, context.interpreter);
  const found = loader.read(path);
  if (found.kind === "broken") return verdict(path, false, [`The file is broken: ${found.why}.`]);
  if (found.kind === "not-elf") {
    return verdict(path, null, [`Cannot tell: it is ${found.format}, and only little-endian ELF is read.`]);
  }
  const { elf } = found;
  const machine = machineMismatch(elf, loader.program);
  if (machine !== null) return verdict(path, false, [machine]);
  const usesTorch = needsTorch(elf.needed);
  if (usesTorch && loader.torch.elsewhere) {
    const why =
      context.interpreter === null
        ? "no interpreter is known"
        : "torch is installed in a way that only Python can follow";
    const causes = [...(mismatch === null ? [] : [mismatch]), `Cannot tell: it needs torch, and ${why}.`];
    return { ...verdict(path, mismatch === null ? null : false, causes), needsTorch: true };
  }
  const whole = loader.resolve(elf);
  const own = whole.broken.find(({ name }) => name === null);
  if (own !== undefined) return verdict(path, false, [`The file is broken: ${own.why}.`]);
  const lacksTorch = usesTorch && loader.torch.version === null;
  const resolution = lacksTorch && context.isApart === true ? withoutTorch(whole) : whole;
  const libraries = [...resolution.libraries, ...resolution.broken.map(({ name }) => name ?? "")];
  const isUnresolved = resolution.missing.length > 0 || libraries.length > 0;
  if (resolution !== whole && !isUnresolved && mismatch === null) {
    const why = "Cannot tell: it needs torch, which this interpreter does not have.";
    return { ...verdict(path, null, [why]), needsTorch: true, lacksTorch };
  }
  const isAbi3 = taggedName(path)?.tag === "abi3";
  const causes = [
    ...explain({ ...evidenceFor(resolution, context, loader), isAbi3 }),
    ...ofDependencies(resolution),
  ];
  return {
    path,
    ok: !isUnresolved && mismatch === null,
    missing: resolution.missing.map(toMissing),
    libraries,
    causes: [...(mismatch === null ? [] : [mismatch]), ...causes, ...entryRemark(path, elf)],
    needsTorch: usesTorch,
    lacksTorch,
    isUnresolved: isUnresolved && mismatch === null,
  };
}

function verdict(path: string, ok: boolean | null, causes: readonly string[]): Read {
  return {
    path,
    ok,
    missing: [],
    libraries: [],
    causes,
    needsTorch: false,
    lacksTorch: false,
    isUnresolved: false,
  };
}

function evidenceFor(
  resolution: Resolution,
  { interpreter, builtTorch = null }: LoaderContext,
  loader: Loader,
): Evidence {
  return {
    missing: resolution.missing,
    libraries: resolution.libraries,
    exports: (symbol) => resolution.loaded.some((elf) => elf.defines(symbol)),
    pathOf: (name) => resolution.loaded.find((elf) => basename(elf.path).startsWith(name))?.path ?? null,
    python: interpreter?.version ?? null,
    torch: loader.torch.version,
    builtTorch,
  };
}

/** Which of the libraries that it needs is broken, or wants what nothing has. */
function ofDependencies({ broken, missing }: Resolution): string[] {
  const wanting = new Set(missing.flatMap(({ wantedBy }) => (wantedBy === undefined ? [] : [wantedBy])));
  return [
    ...broken.map(({ path, why }) => `${path}, which it needs, is broken: ${why}.`),
    ...[...wanting].map((library) => `It is ${library}, which it needs, that lacks what is undefined.`),
  ];
}

/** Libraries of torch operators are loaded by path and have no PyInit, so this is a remark, not a verdict. */
function entryRemark(path: string, elf: Elf): string[] {
  const name = taggedName(path)?.name;
  if (name === undefined || /[^\w]/.test(name) || elf.defines(`PyInit_${name}`)) return [];
  return [
    `It has no PyInit_${name}, so it cannot be imported as a module, only loaded (torch.ops.load_library).`,
  ];
}

function machineMismatch(elf: Elf, program: Elf | null): string | null {
  if (program === null || (elf.machine === program.machine && elf.is64 === program.is64)) return null;
  return `It was built for ${machineName(elf)}, the interpreter for ${machineName(program)}.`;
}

function machineName(elf: Elf): string {
  const names: Readonly<Record<number, string>> = {
    3: "i386",
    40: "arm",
    62: "x86-64",
    183: "aarch64",
    243: "riscv64",
  };
  return `${names[elf.machine] ?? `machine ${elf.machine}`} (${elf.is64 ? 64 : 32} bit)`;
}

function toMissing({ name, version }: UndefinedSymbol): MissingSymbol {
  return version === undefined ? { symbol: name } : { symbol: name, version };
}
