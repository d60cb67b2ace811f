import { join } from "node:path";
import { createSandbox, type Sandbox } from "./sandbox.ts";

/** One situation: an extension of that name whose outputs are made wrong. */
export interface FailingOutputs {
  /** Below the top of the repository. */
  readonly outputs: readonly string[];
  readonly require?: readonly string[];
  /** Makes the outputs, in the top of the repository. */
  make(top: string): void;
}

export interface FailingProject {
  readonly box: Sandbox;
  readonly top: string;
  /** What `verify` prints of one situation, from its first line to its last; times are `N ms`. */
  told(situation: string): string[];
}

/** A repository with an extension for each situation, and what one `verify` says of them all. */
export async function failingProject(
  t: { after(task: () => void): void },
  python: string,
  situations: Readonly<Record<string, FailingOutputs>>,
): Promise<FailingProject> {
  const box = createSandbox(t);
  const top = await box.repository("project");
  box.write(join(top, "csrc", "a.c"), "int a;\n");
  box.write(join(top, ".gitignore"), "*.so\n*.pyc\n/built/\n");
  box.write(join(top, "rebuild-if-needed.toml"), configuration(python, situations));
  await box.commit(top, "All situations");
  for (const { make } of Object.values(situations)) make(top);
  const { stdout, stderr, code } = await box.cli(top, "verify");
  if (code !== 1) throw new Error(`exit ${code}\n${stdout}${stderr}`);
  return { box, top, told: (situation) => sectionOf(stdout, situation) };
}

function configuration(python: string, situations: Readonly<Record<string, FailingOutputs>>): string {
  const extensions = Object.entries(situations).map(([name, { outputs, require }]) => {
    const required = require === undefined ? "" : `require = ${JSON.stringify(require)}\n`;
    return `
[[extension]]
name = ${JSON.stringify(name)}
inputs = ["csrc/**"]
outputs = ${JSON.stringify(outputs)}
recipe = [["true"]]
${required}`;
  });
  return `preset = "none"\ninterpreter = ${JSON.stringify(python)}\n${extensions.join("")}`;
}

function sectionOf(stdout: string, name: string): string[] {
  const lines = stdout
    .replace(/checked in \d+ ms/g, "checked in N ms")
    .trimEnd()
    .split("\n");
  const start = lines.findIndex((line) => line.startsWith(`${name}: `));
  if (start < 0) throw new Error(`nothing of ${name} in:\n${stdout}`);
  const end = lines.findIndex((line, at) => at > start && !line.startsWith(" "));
  return lines.slice(start, end < 0 ? undefined : end);
}
