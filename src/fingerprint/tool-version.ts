import { basename } from "node:path";
import type { ToolFile, ToolRole } from "../model.ts";
import { runTool } from "./run-tool.ts";
import { cudaVersion } from "./cuda-toolkit.ts";

/** Version for people, by running the tool. Empty when it does not tell. */
export async function toolVersion(
  role: Exclude<ToolRole, "python">,
  program: string,
  files: readonly ToolFile[],
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const ask = async (...args: string[]): Promise<string> =>
    (await runTool({ argv: [program, ...args], environment })) ?? "";
  if (role === "cc" || role === "cxx") {
    // clang knows only the second; gcc's second is the major alone on some distributions.
    return firstNumber(await ask("-dumpfullversion")) || firstNumber(await ask("-dumpversion"));
  }
  const text = await ask("--version");
  if (role !== "nvcc") return firstNumber(text);
  const header = files.find((file) => basename(file.path) === "cuda.h")?.path;
  return (
    /\bV(\d+\.\d+\.\d+)/.exec(text)?.[1] ?? (header === undefined ? firstNumber(text) : cudaVersion(header))
  );
}

function firstNumber(text: string): string {
  return /\d+(?:\.\d+)+[\w.+-]*|^\d+$/.exec(text.trim())?.[0] ?? "";
}
