/** How to install what a machine lacks, in the words of its own package manager. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Interpreter } from "../model.ts";

export type Need = "c-compiler" | "cxx-compiler" | "python-headers" | "cmake" | "ninja" | "cuda";

export type Family = "conda" | "debian" | "fedora" | "arch" | "suse" | "alpine" | "macos" | "other";

/** A command that installs it, or a sentence where no command is known. */
export function installHint(need: Need, family: Family, pythonVersion = "3"): string {
  const known = HINTS[family][need] ?? HINTS.other[need] ?? "";
  return known.replace("{python}", pythonVersion.split(".").slice(0, 2).join("."));
}

/** The package manager that a build's missing parts would come from. A conda environment brings its own compilers. */
export function detectFamily(interpreter: Interpreter | null): Family {
  if (interpreter !== null && existsSync(join(interpreter.prefix, "conda-meta"))) return "conda";
  if (process.platform === "darwin") return "macos";
  return familyOf(readOsRelease());
}

/** The family that an `os-release` file tells by its ID and ID_LIKE. */
export function familyOf(osRelease: string): Family {
  const ids = [...osRelease.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].flatMap((line) =>
    (line[1] ?? "").replaceAll('"', "").split(/\s+/),
  );
  return FAMILIES.find(([names]) => names.some((name) => ids.includes(name)))?.[1] ?? "other";
}

const FAMILIES: readonly (readonly [readonly string[], Family])[] = [
  [["debian", "ubuntu"], "debian"],
  [["fedora", "rhel", "centos"], "fedora"],
  [["arch"], "arch"],
  [["suse", "opensuse"], "suse"],
  [["alpine"], "alpine"],
];

const CUDA_SITE =
  "install the CUDA toolkit from https://developer.nvidia.com/cuda-downloads and put its bin folder on PATH";

const HINTS: Readonly<Record<Family, Readonly<Partial<Record<Need, string>>>>> = {
  conda: {
    "c-compiler": "conda install -c conda-forge c-compiler",
    "cxx-compiler": "conda install -c conda-forge cxx-compiler",
    "python-headers": "conda install python={python}",
    cmake: "conda install -c conda-forge cmake",
    ninja: "conda install -c conda-forge ninja",
    cuda: "conda install -c nvidia cuda-toolkit",
  },
  debian: {
    "c-compiler": "sudo apt install build-essential",
    "cxx-compiler": "sudo apt install build-essential",
    "python-headers": "sudo apt install python{python}-dev",
    cmake: "sudo apt install cmake",
    ninja: "sudo apt install ninja-build",
  },
  fedora: {
    "c-compiler": "sudo dnf install gcc",
    "cxx-compiler": "sudo dnf install gcc-c++",
    "python-headers": "sudo dnf install python3-devel",
    cmake: "sudo dnf install cmake",
    ninja: "sudo dnf install ninja-build",
  },
  arch: {
    "c-compiler": "sudo pacman -S base-devel",
    "cxx-compiler": "sudo pacman -S base-devel",
    "python-headers": "sudo pacman -S python",
    cmake: "sudo pacman -S cmake",
    ninja: "sudo pacman -S ninja",
    cuda: "sudo pacman -S cuda",
  },
  suse: {
    "c-compiler": "sudo zypper install gcc",
    "cxx-compiler": "sudo zypper install gcc-c++",
    "python-headers": "sudo zypper install python3-devel",
    cmake: "sudo zypper install cmake",
    ninja: "sudo zypper install ninja",
  },
  alpine: {
    "c-compiler": "sudo apk add build-base",
    "cxx-compiler": "sudo apk add build-base",
    "python-headers": "sudo apk add python3-dev",
    cmake: "sudo apk add cmake",
    ninja: "sudo apk add ninja",
  },
  macos: {
    "c-compiler": "xcode-select --install",
    "cxx-compiler": "xcode-select --install",
    "python-headers": "brew install python@{python}",
    cmake: "brew install cmake",
    ninja: "brew install ninja",
  },
  other: {
    "c-compiler": "install a C compiler (gcc or clang) and put it on PATH",
    "cxx-compiler": "install a C++ compiler (g++ or clang++) and put it on PATH",
    "python-headers": "install the development headers of Python {python}",
    cmake: "install CMake and put it on PATH",
    ninja: "install Ninja and put it on PATH",
    cuda: CUDA_SITE,
  },
};

function readOsRelease(): string {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    return "";
  }
}
