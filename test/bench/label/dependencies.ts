import { spawnSync } from "node:child_process";
import { relative, resolve } from "node:path";
import type { PlannedCommand } from "./planned-command.ts";

/** The source that a command compiles, or null when it does something else. */
export function compiledSource(argv: readonly string[]): string | null {
  if (!argv.includes("-c") || argv.includes("&&")) return null;
  return argv.slice(1).find((word) => /\.(c|cc|cpp|cxx|c\+\+)$/i.test(word) && !word.startsWith("-")) ?? null;
}

/**
 * Files below the checkout that the compiler's own preprocessor reads for a command, relative to the checkout. Headers
 * that are not at hand are passed over. A string says why it failed.
 */
export function dependencies(command: PlannedCommand, checkout: string): readonly string[] | string {
  const [program = "gcc", ...words] = withoutOutputs(command.argv);
  const real = `/usr/bin/${program.split("/").at(-1) ?? "gcc"}`;
  const options = {
    cwd: command.cwd,
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
    encoding: "utf8",
    maxBuffer: 1 << 26,
  } as const;
  let result = spawnSync(real, [...words, "-M", "-w", "-MT", "x"], options);
  if (result.status !== 0) result = spawnSync(real, [...words, "-M", "-MG", "-w", "-MT", "x"], options);
  if (result.error !== undefined) return result.error.message;
  if (result.status !== 0) return result.stderr.split("\n")[0] ?? "the preprocessor failed";
  return result.stdout
    .replace(/^x:/, "")
    .replaceAll("\\\n", " ")
    .split(/(?<!\\)\s+/)
    .filter((name) => name !== "")
    .map((name) => relative(checkout, resolve(command.cwd, name)))
    .filter((path) => !path.startsWith(".."));
}

function withoutOutputs(argv: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    if (["-o", "-MF", "-MT", "-MQ"].includes(word)) at++;
    else if (!["-c", "-MD", "-MMD"].includes(word)) kept.push(word);
  }
  return kept;
}
