import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { PlannedCommand } from "./plan.ts";

export interface Preprocessed {
  /** Hash of the token stream that the compiler proper would see: no comments, no layout. */
  readonly stream: string;
  /** Files below the checkout that were read, relative to it. */
  readonly files: readonly string[];
}

/** The source that a command compiles, or null when it does something else. */
export function compiledSource(argv: readonly string[]): string | null {
  const at = argv.indexOf("-c");
  if (at === -1 || argv.some((word) => word === "&&")) return null;
  const source = argv.slice(1).find((word) => /\.(c|cc|cpp|cxx|c\+\+)$/i.test(word) && !word.startsWith("-"));
  return source ?? null;
}

/** Runs the compiler's own preprocessor as the command would. A string says why it failed. */
export function preprocess(
  command: PlannedCommand,
  checkout: string,
  scratch: string,
): Preprocessed | string {
  const [program = "gcc", ...words] = withoutOutputs(command.argv);
  const depfile = join(scratch, "deps.d");
  const argv = [...words, "-E", "-P", "-w", "-MD", "-MF", depfile, "-MT", "x"];
  const real = `/usr/bin/${program.split("/").at(-1) ?? "gcc"}`;
  const result = spawnSync(real, argv, {
    cwd: command.cwd,
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C", SOURCE_DATE_EPOCH: "1700000000" },
    maxBuffer: 1 << 28,
  });
  if (result.error !== undefined) return result.error.message;
  if (result.status !== 0) return result.stderr.toString("utf8").split("\n")[0] ?? "the preprocessor failed";
  const names = readFileSync(depfile, "utf8")
    .replace(/^x:/, "")
    .replaceAll("\\\n", " ")
    .split(/(?<!\\)\s+/)
    .filter((name) => name !== "");
  const files = names
    .map((name) => relative(checkout, resolve(command.cwd, name)))
    .filter((path) => !path.startsWith(".."));
  return { stream: createHash("sha1").update(result.stdout).digest("hex").slice(0, 16), files };
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
