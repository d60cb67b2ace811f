import { good, type DoctorContext, type Finding } from "../finding.ts";
import { compareVersions, parseVersion } from "../python-version.ts";
import { kindOfRecipe } from "../recipe-kind.ts";
import { detectFamily, installHint } from "../system-packages.ts";

const CHECK = "cmake-and-ninja";

/** The build tools are there, and CMake is one that the top CMakeLists.txt takes. */
export function cmakeAndNinja(context: DoctorContext): Finding[] {
  const found = context.toolchain.tools.filter(({ role, path }) => isBuildTool(role) && path !== null);
  const shown = found.map(({ role, version, path }) => good(CHECK, `${role} ${version} at ${path ?? ""}`));
  const wanted = context.toolchain.tools.filter(({ role, path }) => isBuildTool(role) && path === null);
  return [
    ...shown,
    ...wanted.flatMap(({ role }) => missing(role, context)),
    ...cmakeTooOld(context),
    ...policyTooOld(context),
  ];
}

type BuildTool = "cmake" | "ninja" | "meson";

function isBuildTool(role: string): role is BuildTool {
  return role === "cmake" || role === "ninja" || role === "meson";
}

function missing(role: string, context: DoctorContext): Finding[] {
  if (!isBuildTool(role)) return [];
  const isNeeded = needs(role, context);
  const family = detectFamily(context.interpreter);
  const fix = role === "meson" ? "install meson and put it on PATH" : installHint(role, family);
  const slower = role === "ninja" && !isNeeded ? "; builds without it are slower" : "";
  const text = `${role} is not on the recorded PATH${slower}`;
  return [
    isNeeded
      ? { check: CHECK, level: "error", text, fix, reason: "tool-missing" }
      : { check: CHECK, level: "warning", text, fix },
  ];
}

/** Sure only where the backend cannot do without: torch and CMake go on with another generator than Ninja. */
function needs(role: BuildTool, { extension, variables, readTree }: DoctorContext): boolean {
  const backend = /^\s*build-backend\s*=\s*["']([\w.]+)/m.exec(readTree("pyproject.toml") ?? "")?.[1] ?? "";
  const words = [
    ...extension.recipe.flat(),
    variables["CMAKE_GENERATOR"] ?? "",
    variables["CMAKE_ARGS"] ?? "",
  ].join(" ");
  switch (role) {
    case "ninja":
      return backend === "mesonpy" || /\bninja\b/i.test(words);
    case "cmake":
      return (
        !extension.guessed ||
        backend.startsWith("scikit_build_core") ||
        kindOfRecipe(extension.recipe).runsCMake
      );
    case "meson":
      return backend === "mesonpy" || extension.recipe.some(([name]) => name === "meson");
  }
}

function cmakeTooOld(context: DoctorContext): Finding[] {
  const wanted = minimumOf(context)?.least;
  const cmake = context.toolchain.tools.find(({ role }) => role === "cmake");
  if (wanted === undefined || !cmake?.path || !isOlder(cmake.version, wanted)) return [];
  const text = `CMakeLists.txt asks for CMake ${wanted}, ${cmake.path} is ${cmake.version}`;
  const fix =
    context.interpreter === null
      ? `install CMake ${wanted}`
      : `${context.interpreter.path} -m pip install 'cmake>=${wanted}'`;
  return [{ check: CHECK, level: "warning", text, fix }];
}

/** CMake 4 no longer takes projects that ask for the behaviour of CMake before 3.5. */
function policyTooOld(context: DoctorContext): Finding[] {
  const minimum = minimumOf(context);
  const cmake = context.toolchain.tools.find(({ role }) => role === "cmake");
  if (minimum === null || !cmake?.path || isOlder(cmake.version, "4.0") || !isOlder(minimum.most, "3.5"))
    return [];
  const text = `CMakeLists.txt asks for the behaviour of CMake ${minimum.most}, which ${cmake.path} (${cmake.version}) no longer has`;
  return [
    {
      check: CHECK,
      level: "warning",
      text,
      fix: "CMAKE_ARGS=-DCMAKE_POLICY_VERSION_MINIMUM=3.5 rebuild-if-needed",
    },
  ];
}

/** `cmake_minimum_required(VERSION 3.26...4.0)`. */
function minimumOf({ readTree }: DoctorContext): { readonly least: string; readonly most: string } | null {
  const call = /^\s*cmake_minimum_required\s*\(\s*VERSION\s+(\d[\d.]*?)(?:\.\.\.(\d[\d.]*))?[\s)]/im;
  const [, least, most] = call.exec(readTree("CMakeLists.txt") ?? "") ?? [];
  return least === undefined ? null : { least, most: most ?? least };
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [parseVersion(version), parseVersion(than)];
  return a !== null && b !== null && compareVersions(a, b) < 0;
}
