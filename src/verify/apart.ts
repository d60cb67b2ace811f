/** Outputs that lie apart from the environment, in an unpacked wheel: what it lacks is no fault of theirs. */
import type { Problem } from "./findings.ts";
import type { UndefinedSymbol } from "./elf.ts";
import type { Resolution } from "./resolve.ts";
import { comesWithTorch } from "./torch-parent.ts";

/**
 * What is missing of a library that needs torch, where there is none, and would be missing with torch too: other
 * libraries, Python's own names, versions of the C and C++ runtimes. Of the rest nobody can tell.
 */
export function withoutTorch(whole: Resolution): Resolution {
  return {
    ...whole,
    missing: whole.missing.filter(isOfSystem),
    libraries: whole.libraries.filter((name) => !comesWithTorch(name)),
  };
}

function isOfSystem({ name, version = "" }: UndefinedSymbol): boolean {
  return /^(GLIBC|GLIBCXX|CXXABI|GCC)_/.test(version) || /^_?Py[A-Z_]/.test(name);
}

/** The package that an import failed for want of, where that is no failure; else null. */
export type Absent = (error: string) => string | null;

/** The warning in place of a problem. */
export function uncheckedWithout(subject: string, name: string): Problem {
  return { subject, text: `not checked: ${name} is not installed here` };
}

/**
 * The package that an import failed for want of, or null: it failed for another reason.
 * @param own top-level packages of the wheel, whose absence is a fault.
 */
export function absentPackage(error: string, own: ReadonlySet<string>): string | null {
  const name = /^ModuleNotFoundError: No module named '(\w+)/.exec(error)?.[1];
  return name === undefined || own.has(name) ? null : name;
}
