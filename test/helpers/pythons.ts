import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import type { Sandbox } from "./sandbox.ts";

/** A real CPython of this machine that can compile extensions. */
export interface OtherPython {
  readonly program: string;
  /** `3.12`. */
  readonly minor: string;
}

const QUESTION = `import os, sys, sysconfig
header = os.path.join(sysconfig.get_path("include"), "Python.h")
print(sys.implementation.name, "%d.%d" % sys.version_info[:2], os.path.exists(header))`;

/** A CPython of another minor release than `python3` on PATH: of pyenv, of a CI runner's tool cache, or by its name. Null: there is none. */
export function otherPython(): OtherPython | null {
  const own = ask("python3")?.minor;
  const found = candidates()
    .map(ask)
    .filter((python) => python !== null && python.minor !== own)
    .filter((python) => Number(python?.minor.split(".")[1]) >= 8);
  return found.toSorted((a, b) => Number(b?.minor.split(".")[1]) - Number(a?.minor.split(".")[1]))[0] ?? null;
}

/** The Python on PATH as one of the sandbox's own: its program and headers copied, its library linked to. */
export function ownPython(box: Sandbox): { readonly program: string; readonly header: string } {
  const question = `import os, sys, sysconfig
print(os.path.realpath(sys.executable), sysconfig.get_path("stdlib"), sysconfig.get_path("include"), sep="\\n")`;
  const answer = execFileSync("python3", ["-I", "-c", question], { encoding: "utf8" });
  const [program = "", library = "", include = ""] = answer.trim().split("\n");
  const home = box.path("own-python");
  for (const folder of ["bin", "lib", "include"]) mkdirSync(join(home, folder), { recursive: true });
  // It finds its home by lib/python3.X/os.py, from the folder that its program is in.
  copyFileSync(program, join(home, "bin", "python3"));
  symlinkSync(library, join(home, "lib", basename(library)));
  cpSync(include, join(home, "include", basename(include)), { recursive: true, dereference: true });
  return {
    program: join(home, "bin", "python3"),
    header: join(home, "include", basename(include), "Python.h"),
  };
}

function candidates(): string[] {
  const pyenv = join(process.env["PYENV_ROOT"] ?? join(homedir(), ".pyenv"), "versions");
  const cache = join(process.env["RUNNER_TOOL_CACHE"] ?? "/opt/hostedtoolcache", "Python");
  const folders = [
    ...namesIn(pyenv).map((name) => join(pyenv, name, "bin")),
    ...namesIn(cache).map((name) => join(cache, name, "x64", "bin")),
  ];
  const named = (process.env["PATH"] ?? "").split(":").flatMap((folder) =>
    namesIn(folder)
      .filter((name) => /^python3\.\d+$/.test(name))
      .map((name) => join(folder, name)),
  );
  return [...new Set([...folders.map((folder) => join(folder, "python3")).filter(existsSync), ...named])];
}

function ask(program: string): OtherPython | null {
  try {
    const answer = execFileSync(program, ["-I", "-c", QUESTION], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [name = "", minor = "", hasHeader = ""] = answer.trim().split(" ");
    if (name !== "cpython" || hasHeader !== "True") return null;
    return { program: program.includes("/") ? realpathSync(program) : program, minor };
  } catch {
    return null; // a shim of a version that is not chosen, or no Python
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
