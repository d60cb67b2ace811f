import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type DoctorRequest, type Finding, runDoctor } from "../../src/doctor/doctor.ts";
import { findProgram, splitPath } from "../../src/fingerprint/search-path.ts";
import { observeToolchain } from "../../src/fingerprint/toolchain.ts";
import { findWorkspace } from "../../src/git/workspace.ts";
import type { Extension, Interpreter } from "../../src/model.ts";
import { createSandbox, type Sandbox } from "./sandbox.ts";

/** A repository with one C++ source, an environment of the test's own making, and a search path with nothing on it. */
export interface Patient {
  readonly sandbox: Sandbox;
  readonly top: string;
  readonly bin: string;
  readonly site: string;
  readonly interpreter: Interpreter;
  /** Commits what is there and runs the doctor on it. */
  examine(changes?: Changes): Promise<Finding[]>;
  /** Makes an executable sh script on the search path. */
  script(name: string, body: string): string;
  /** Puts a program of this machine on the search path. */
  borrow(name: string): void;
  /** Puts metadata of a distribution into site-packages, as an installer leaves it. */
  install(name: string, version: string): void;
}

export interface Changes {
  readonly extension?: Partial<Extension>;
  readonly interpreter?: Interpreter | null;
  readonly variables?: Readonly<Record<string, string>>;
  readonly path?: readonly string[];
  readonly request?: Partial<DoctorRequest>;
}

export const INSTALL = [["python", "-m", "pip", "install", "--no-build-isolation", "--no-deps", "-e", "."]];

export async function createPatient(t: Parameters<typeof createSandbox>[0]): Promise<Patient> {
  const sandbox = createSandbox(t);
  const top = await sandbox.repository("work");
  sandbox.write("work/csrc/ops.cpp", "int answer() { return 42; }\n");
  const prefix = sandbox.path("env");
  const [bin, site] = [join(prefix, "bin"), join(prefix, "lib/python3.11/site-packages")];
  const includeDir = join(prefix, "include/python3.11");
  for (const folder of [bin, join(site, "pip"), includeDir]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(includeDir, "Python.h"), "");
  writeFileSync(join(site, "pip/__main__.py"), "");
  const interpreter: Interpreter = {
    path: join(bin, "python"),
    version: "3.11.2",
    soabi: "cpython-311-x86_64-linux-gnu",
    extSuffix: ".cpython-311-x86_64-linux-gnu.so",
    prefix,
    basePrefix: "/usr",
    sitePackages: [site],
    includeDir,
    identityFiles: [],
  };
  const script = (name: string, body: string): string => {
    const file = join(bin, name);
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
    return file;
  };
  script("python", "exit 1"); // never run
  return {
    sandbox,
    top,
    bin,
    site,
    interpreter,
    examine: (changes = {}) => examine(sandbox, top, { interpreter, path: [bin], ...changes }),
    script,
    borrow: (name) => symlinkSync(findHere(name), join(bin, name)),
    install(name, version) {
      const folder = join(site, `${name.replaceAll("-", "_")}-${version}.dist-info`);
      mkdirSync(folder);
      writeFileSync(join(folder, "METADATA"), `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`);
    },
  };
}

/** The findings of one check, as `level: text | fix`. */
export function told(findings: readonly Finding[], check: string): string[] {
  return findings
    .filter((finding) => finding.check === check)
    .map(({ level, text, fix }) => (fix === "" ? `${level}: ${text}` : `${level}: ${text} | ${fix}`));
}

export function findHere(name: string): string {
  const path = findProgram(name, splitPath(process.env["PATH"]));
  if (path === null) throw new Error(`this test needs ${name} on PATH`);
  return path;
}

async function examine(
  sandbox: Sandbox,
  top: string,
  changes: Changes & Required<Pick<Changes, "interpreter" | "path">>,
): Promise<Finding[]> {
  await sandbox.commit(top, "as it is");
  const ws = await findWorkspace(top);
  if (!ws.ok) throw new Error(ws.failure.message);
  const extension: Extension = {
    name: "pkg",
    inputs: ["csrc/**", "setup.py", "CMakeLists.txt"],
    pyprojectTables: ["build-system"],
    outputs: ["pkg/*.so"],
    distribution: "pkg",
    buildDirs: ["build"],
    recipe: INSTALL,
    environment: [],
    require: [],
    tools: ["cc", "cxx", "python"],
    packages: [],
    guessed: false,
    ...changes.extension,
  };
  const { interpreter, path, variables = {} } = changes;
  const toolchain = await observeToolchain({
    environment: { interpreter, path, names: [], variables },
    interpreter,
    roles: extension.tools,
    packages: extension.packages,
    previous: null,
  });
  return runDoctor({
    ws: ws.value,
    extension,
    interpreter,
    path,
    variables,
    toolchain,
    readTree: (file) => (existsSync(join(top, file)) ? readFileSync(join(top, file), "utf8") : null),
    trackedPaths: (await sandbox.git(top, "ls-files")).split("\n"),
    outputsBytes: 0,
    ...changes.request,
  });
}

/** Makes a file with its folders. */
export function writeAt(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
