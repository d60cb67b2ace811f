import type { UndefinedSymbol } from "./elf.ts";

/** What a cause may be concluded from. */
export interface Evidence {
  readonly missing: readonly UndefinedSymbol[];
  /** NEEDED libraries that were not found. */
  readonly libraries: readonly string[];
  /** Whether any library in the process exports `symbol`. */
  readonly exports: (symbol: string) => boolean;
  /** Path of a loaded library by the start of its file name, or null. */
  readonly pathOf: (name: string) => string | null;
  readonly python: string | null;
  /** The file's name promises that it keeps to Python's stable ABI. */
  readonly isAbi3?: boolean;
  readonly torch: string | null;
  /** The torch that the file is known to have been built against, or null. */
  readonly builtTorch?: string | null;
}

/** Names torch by the string type of one function that every libc10 since 1.5 has. */
const TORCH_ERROR = "_ZN3c105ErrorC2ENS_14SourceLocationE";
const NEW_STRING = "NSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE";
const TORCH_NAMESPACE = /^_Z(TI|TV|TS|GV)?N?K?\d*N?K?(3c10|2at|5torch|6caffe2)/;

/** One sentence for each cause of a library that cannot be loaded; at least one when anything is missing. */
export function explain(evidence: Evidence): string[] {
  const { libraries, missing } = evidence;
  const ofLibraries = libraries.map((library) => libraryCause(library, evidence));
  const ofSymbols = missing.flatMap((symbol) => {
    // what a missing library would have defined needs no sentence of its own
    return knownCause(symbol, evidence) ?? (libraries.length > 0 ? [] : unknownCause(symbol));
  });
  return [...new Set([...ofLibraries, ...ofSymbols])];
}

/** Cause in a loader's or Python's own error text, for what only running shows; null when it says enough itself. */
export function explainMessage(message: string): string | null {
  const missing = /undefined symbol: (\w+)(?:, version (\S+))?/.exec(message);
  const symbol = missing?.[1];
  const nothing = { exports: () => false, pathOf: () => null, python: null, torch: null };
  if (symbol !== undefined)
    return explain({ ...nothing, missing: [{ name: symbol }], libraries: [] })[0] ?? null;
  const version = /version `([A-Z]\w+_[\d.]+)' not found/.exec(message)?.[1];
  if (version !== undefined)
    return explain({ ...nothing, missing: [{ name: "", version }], libraries: [] })[0] ?? null;
  const library = /^(?:ImportError: |OSError: )?(lib\S+?): cannot open shared object file/.exec(message)?.[1];
  if (library !== undefined) return explain({ ...nothing, missing: [], libraries: [library] })[0] ?? null;
  if (/: (file too short|invalid ELF header)$/m.test(message)) {
    return "It is no library: cut short, or replaced by something else (such as a Git LFS pointer).";
  }
  const module = /cannot import name '\w+' from '([\w.]+)'/.exec(message)?.[1];
  if (module !== undefined) return `${module} and the code that asks for the name are of different builds.`;
  if (message.includes("does not define module export function")) {
    return "Its file name and the name in PYBIND11_MODULE, TORCH_EXTENSION_NAME or PyInit_... differ, or the file is cut short.";
  }
  return null;
}

function libraryCause(library: string, { pathOf, torch }: Evidence): string {
  const cuda = /^lib(cudart|cublas|cublasLt|cufft|curand|cusolver|cusparse|nvrtc|nvJitLink)\.so\.(\d+)/.exec(
    library,
  );
  if (cuda !== null) {
    const other = pathOf(`lib${cuda[1]}.so`);
    return `${library} is not here${other === null ? "" : ` (${other} is)`}: it was built against another CUDA major version.`;
  }
  if (/^libtorch_cuda_c(u|pp)\.so/.test(library))
    return `${library} exists only in old versions of torch: it was built against another torch.`;
  if (/^lib(torch|c10)/.test(library)) {
    if (torch === null) return `${library} belongs to torch, which this interpreter does not have.`;
    return `torch ${torch} has no ${library}: it was built against another torch (a CPU build has no CUDA libraries).`;
  }
  if (library === "libcuda.so.1")
    return "libcuda.so.1 comes with the NVIDIA driver, which is not installed here.";
  if (library.startsWith("libpython")) return `${library} belongs to another Python installation.`;
  return `${library} is in no folder that the loader searches (RUNPATH, LD_LIBRARY_PATH, system).`;
}

function knownCause({ name, version = "" }: UndefinedSymbol, evidence: Evidence): string | null {
  if (/^(GLIBCXX|CXXABI)_/.test(version)) {
    const library = evidence.pathOf("libstdc++.so") ?? "libstdc++.so.6";
    return `The compiler is newer than the C++ runtime: ${library} has no ${version}.`;
  }
  if (version.startsWith("GLIBC_"))
    return `It was built on a system with a newer C library: this one has no ${version}.`;
  if (TORCH_NAMESPACE.test(name)) return torchCause(name, evidence);
  if (/^(__)?cu(da)?[A-Z]\w+$/.test(name) && evidence.libraries.length > 0) return null;
  if (/^cu[A-Z]\w+$/.test(name))
    return "The CUDA headers are newer than the NVIDIA driver, or libcuda was not linked.";
  if (/^(__)?cuda[A-Z]\w+$/.test(name))
    return "It was built against another CUDA runtime, or the runtime was not linked.";
  if (/^_?Py[A-Z_]\w*$/.test(name) && evidence.isAbi3 === true) {
    return `It is named abi3, but uses ${name}, which is no part of the stable ABI${evidence.python === null ? "" : ` and which Python ${evidence.python} lacks`}.`;
  }
  if (/^_?Py[A-Z_]\w*$/.test(name)) {
    return `It was built for another Python${evidence.python === null ? "" : ` than ${evidence.python}`}, which has no ${name}.`;
  }
  return null;
}

function unknownCause({ version = "" }: UndefinedSymbol): string {
  if (version !== "")
    return `The library that it was linked with has been replaced by one without ${version}.`;
  return "None of its libraries defines it: a source file left out of the link, or a library that has changed.";
}

function torchCause(name: string, { exports, torch, builtTorch = null }: Evidence): string {
  const here = torch === null ? "the torch that is installed" : `torch ${torch}`;
  const oldString = withoutIdentifiers(name).includes("Ss") && !name.includes("__cxx11");
  const torchIsNew = exports(`${TORCH_ERROR}${NEW_STRING}`);
  const torchIsOld = exports(`${TORCH_ERROR}Ss`);
  if (oldString && (torchIsNew || exports(name.replace("Ss", NEW_STRING)))) {
    return `C++ string ABI differs: it was compiled with _GLIBCXX_USE_CXX11_ABI=0, ${here} with 1.`;
  }
  if (name.includes("__cxx11") && (torchIsOld || exports(name.replace(NEW_STRING, "Ss")))) {
    return `C++ string ABI differs: it was compiled with _GLIBCXX_USE_CXX11_ABI=1, ${here} with 0.`;
  }
  if (builtTorch !== null && builtTorch !== torch) {
    return `It was built against torch ${builtTorch}; here is ${here}.`;
  }
  return `It was built against another torch than ${here}.`;
}

/** A mangled name without its length-prefixed identifiers, so that `Ss` in it means `std::string`. */
function withoutIdentifiers(mangled: string): string {
  let rest = "";
  for (let at = 0; at < mangled.length;) {
    const length = /^\d+/.exec(mangled.slice(at, at + 6))?.[0] ?? "";
    rest += length === "" ? (mangled[at] ?? "") : "-";
    at += length === "" ? 1 : length.length + Number(length);
  }
  return rest;
}
