import { existsSync, readFileSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Interpreter } from "../model.ts";

const TORCH = /^lib(torch|c10)[\w-]*\.so/;
const NVIDIA =
  /^lib(cudart|cublas|cublasLt|cudnn\w*|cufft|cufile|cupti|curand|cusolver|cusparse|cusparseLt|nccl|nvrtc|nvJitLink|nvshmem_host|nvToolsExt)\.so/;

/** Libraries that are in the process already when a package imports torch first. */
export interface TorchParent {
  /** Folders whose libraries count as loaded. */
  readonly folders: readonly string[];
  /** `torch/__init__.py`'s version, or null when torch is not installed as a plain folder. */
  readonly version: string | null;
  /** Torch may come from somewhere that only Python knows (an editable install). */
  readonly elsewhere: boolean;
}

export function needsTorch(needed: readonly string[]): boolean {
  return needed.some((name) => TORCH.test(name));
}

/** Whether a library is one that torch or NVIDIA's Python packages bring. */
export function comesWithTorch(name: string): boolean {
  return TORCH.test(name) || NVIDIA.test(name);
}

/** Looks for torch in the folders that this interpreter imports from; starts nothing. */
export function findTorch(interpreter: Interpreter | null, environment: NodeJS.ProcessEnv): TorchParent {
  const places = importFolders(interpreter, environment);
  const folders = places
    .flatMap((place) => [join(place, "torch", "lib"), ...nvidiaFolders(place)])
    .filter(existsSync);
  const torch = places.map((place) => join(place, "torch")).find((folder) => existsSync(join(folder, "lib")));
  return {
    folders,
    version: torch === undefined ? null : torchVersion(torch),
    elsewhere: interpreter === null || (torch === undefined && places.some(hasEditableTorch)),
  };
}

/** site-packages of the interpreter, of its base where a venv shows it, and PYTHONPATH. */
function importFolders(interpreter: Interpreter | null, environment: NodeJS.ProcessEnv): string[] {
  const own = (environment["PYTHONPATH"] ?? "").split(delimiter).filter(Boolean);
  if (interpreter === null) return own;
  return [...own, ...interpreter.sitePackages, ...basePackages(interpreter)];
}

function basePackages(interpreter: Interpreter): string[] {
  try {
    const settings = readFileSync(join(interpreter.prefix, "pyvenv.cfg"), "utf8");
    if (!/^\s*include-system-site-packages\s*=\s*true\s*$/im.test(settings)) return [];
  } catch {
    return [];
  }
  const minor = interpreter.version.split(".").slice(0, 2).join(".");
  const lib = join(interpreter.basePrefix, "lib");
  return [
    join(lib, `python${minor}`, "site-packages"),
    join(interpreter.basePrefix, "local", "lib", `python${minor}`, "dist-packages"),
    join(lib, "python3", "dist-packages"),
  ];
}

/** `nvidia/<package>/lib` of the CUDA wheels. */
function nvidiaFolders(place: string): string[] {
  try {
    return readdirSync(join(place, "nvidia")).map((name) => join(place, "nvidia", name, "lib"));
  } catch {
    return [];
  }
}

function hasEditableTorch(place: string): boolean {
  try {
    return readdirSync(place).some((name) =>
      /^(__editable__\W*torch|torch\.egg-link|torch-.*\.dist-info)/i.test(name),
    );
  } catch {
    return false;
  }
}

function torchVersion(folder: string): string | null {
  try {
    return (
      /^__version__\s*=\s*['"]([^'"]+)/m.exec(readFileSync(join(folder, "version.py"), "utf8"))?.[1] ?? null
    );
  } catch {
    return null;
  }
}
