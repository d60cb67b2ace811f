/** CMake, ninja and meson: they write and run the commands, so their version counts and not the bytes of a binary. */
import { readFileSync } from "node:fs";
import { crypto } from "../late-modules.ts";
import type { Tool, ToolFile, ToolRole } from "../model.ts";
import { metadataOfScript } from "./distributions.ts";
import { entryPoint } from "./tool-content.ts";
import { readAll, type ToolFileReader } from "./tool-files.ts";
import { toolVersion } from "./tool-version.ts";
import { readScript } from "./wrapper.ts";

type BuildToolRole = Extract<ToolRole, "cmake" | "ninja" | "meson">;

/**
 * A build tool: the same version from a wheel, from the system or rebuilt by the distribution is the same tool, and
 * so is none that moved. A wrapper's own text counts. Where no version is told, the content has to do.
 * @param chains each program of the role with what it hands its arguments to.
 */
export async function observeBuildTool(request: {
  readonly role: BuildToolRole;
  readonly chains: readonly (readonly string[])[];
  readonly before: Tool | null;
  readonly read: ToolFileReader;
  /** Made when there is a question. */
  readonly child: () => NodeJS.ProcessEnv;
}): Promise<Tool> {
  const { role, before, read } = request;
  const [shown = ""] = request.chains[0] ?? [];
  const programs: {
    readonly chain: readonly string[];
    readonly metadata: string | null;
    readonly files: ToolFile[];
  }[] = [];
  for (const chain of request.chains) {
    const metadata = metadataOf(chain, role);
    const files = await readAll(read, [...chain, ...(metadata === null ? [] : [metadata])]);
    programs.push({ chain, metadata, files });
  }
  const files = [...new Map(programs.flatMap((one) => one.files).map((file) => [file.path, file])).values()];
  if (before !== null && isUnmoved(before, files)) return { ...before, path: shown, files };
  const facts: { version: string; rest: readonly string[] }[] = [];
  for (const { chain, metadata, files: own } of programs) {
    const version = await versionOf(role, chain, metadata, request.child);
    const texts = own.filter((file) => isWrapper(file.path));
    facts.push({ version, rest: (version === "" ? own : texts).map((file) => file.sha256) });
  }
  const identity = crypto()
    .createHash("sha256")
    .update(JSON.stringify([role, [...new Set(facts.map((fact) => JSON.stringify(fact)))]]))
    .digest("hex");
  return { role, path: shown, files, version: facts[0]?.version ?? "", identity };
}

/** The same contents in the same order, wherever they lie now. */
function isUnmoved(before: Tool, files: readonly ToolFile[]): boolean {
  return (
    before.files.length === files.length &&
    files.every((file, at) => before.files[at]?.sha256 === file.sha256)
  );
}

/** A wheel's launcher says its version by its distribution, without starting Python. */
async function versionOf(
  role: BuildToolRole,
  chain: readonly string[],
  metadata: string | null,
  child: () => NodeJS.ProcessEnv,
): Promise<string> {
  const text = metadata === null ? null : readText(metadata);
  const told = /^Version:\s*(\S+)/m.exec(text ?? "")?.[1];
  // The wheels' own numbers have a fourth part for repackaging: cmake 3.27.9.1 is CMake 3.27.9.
  return (
    /^\d+(?:\.\d+){0,2}/.exec(told ?? "")?.[0] ??
    plainVersion(await toolVersion(role, chain[0] ?? "", [], child()))
  );
}

function plainVersion(version: string): string {
  // ninja's wheel says 1.11.1.git.kitware.jobserver-1, the system's 1.11.1.
  return version.replace(/\.git\..*$/, "");
}

function metadataOf(chain: readonly string[], role: BuildToolRole): string | null {
  const script = chain.find((path) => entryPoint(readScript(path)) !== null);
  return script === undefined ? null : metadataOfScript(script, role);
}

function isWrapper(path: string): boolean {
  const text = readScript(path);
  return text !== null && entryPoint(text) === null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
