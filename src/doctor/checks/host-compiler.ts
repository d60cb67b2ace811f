import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findProgram, isExecutable, realOf } from "../../fingerprint/search-path.ts";
import type { Tool } from "../../model.ts";
import { askProgram, mayRunHere } from "../ask-program.ts";
import { good, type DoctorContext, type Finding } from "../finding.ts";

const CHECK = "host-compiler";

/** nvcc takes the gcc that it would hand the host code to. Its own header names the newest one it knows. */
export async function hostCompiler(context: DoctorContext): Promise<Finding[]> {
  const nvcc = context.toolchain.tools.find(({ role }) => role === "nvcc");
  if (!nvcc?.path || !context.inputs.some((path) => path.endsWith(".cu"))) return [];
  const limit = readLimit(nvcc);
  const host = findHost(context);
  if (limit === null || host === null) return [];
  const version = await gccVersion(host, context);
  if (version === null) return []; // no gcc: clang has limits of its own
  const fact = `nvcc ${nvcc.version} takes gcc up to ${limit.major}`;
  if (majorOf(version) <= limit.major) return [good(CHECK, `${fact}; ${host} is ${version}`)];
  return [
    {
      check: CHECK,
      level: choosesItself(context) ? "warning" : "error",
      text: `${host} is gcc ${version}, but ${fact} (${limit.file})`,
      fix: `install gcc ${limit.major} and: NVCC_CCBIN=g++-${limit.major} CUDAHOSTCXX=g++-${limit.major} rebuild-if-needed`,
    },
  ];
}

/** `#if __GNUC__ > 15` in the toolkit's `host_config.h`. */
function readLimit(nvcc: Tool): { readonly major: number; readonly file: string } | null {
  const roots = [nvcc.path ?? "", ...nvcc.files.map(({ path }) => path)].map((path) =>
    dirname(dirname(realOf(path))),
  );
  const folders = ["include", "targets/x86_64-linux/include", "targets/sbsa-linux/include"];
  for (const file of new Set(
    roots.flatMap((root) => folders.map((folder) => join(root, folder, "crt/host_config.h"))),
  )) {
    const major = /^#\s*if\s+__GNUC__\s*>\s*(\d+)/m.exec(readText(file))?.[1];
    if (major !== undefined) return { major: Number(major), file };
  }
  return null;
}

/** What nvcc is told to use, or else g++ on PATH. CXX does not count for it; torch hands on CC. */
function findHost(context: DoctorContext): string | null {
  const { variables, path } = context;
  const mayRun = mayRunHere(context);
  const named = [variables["NVCC_CCBIN"], variables["CUDAHOSTCXX"], variables["CC"]].find(
    (name) => name !== undefined,
  );
  const inFolder = named === undefined ? "" : join(named, "g++"); // NVCC_CCBIN may name a folder
  if (inFolder.startsWith("/") && isExecutable(inFolder) && mayRun(inFolder)) return inFolder;
  return findProgram(named ?? "g++", path, mayRun);
}

/** Only gcc knows this option. */
async function gccVersion(program: string, context: DoctorContext): Promise<string | null> {
  const answer = (await askProgram(context, [program, "-dumpfullversion"]))?.trim() ?? "";
  return /^\d+(?:\.\d+)*$/.test(answer) ? answer : null;
}

/** The build names another host compiler, or lifts the limit, in a place that this check cannot follow. */
function choosesItself({ extension, variables, readTree }: DoctorContext): boolean {
  const texts = [
    ...extension.recipe.flat(),
    ...Object.values(variables),
    readTree("setup.py"),
    readTree("CMakeLists.txt"),
  ];
  return texts.some((text) => /allow-unsupported-compiler|CUDA_HOST_COMPILER|-ccbin/.test(text ?? ""));
}

function majorOf(version: string): number {
  return Number(version.split(".")[0]);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
