import { spawnSync } from "node:child_process";

/** Options for a test in a shell: skipped where it is not installed, but never under CI on Linux. */
export function needs(...shell: readonly string[]): { readonly skip: string | false } {
  const [program = "", ...args] = shell;
  const isThere = spawnSync(program, [...args, "-c", ":"]).status === 0;
  const isRequired = process.platform === "linux" && (process.env["CI"] ?? "") !== "";
  return { skip: isThere || isRequired ? false : `${shell.join(" ")} is not installed` };
}

/** Absolute path of a program of the machine. */
export function pathOf(program: string): string {
  return spawnSync("sh", ["-c", 'command -v -- "$1"', "sh", program], { encoding: "utf8" }).stdout.trim();
}
