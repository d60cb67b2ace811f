import type { Package, Reason, Tool, Toolchain } from "../model.ts";
import { nameOfPath } from "./command-line.ts";
import { rolesOfVariable, variableMeanings } from "./variable-meaning.ts";

/** Differences of two toolchains by content; where tools lie and when they were installed is none. */
export function compareToolchains(before: Toolchain, now: Toolchain): Reason[] {
  const tools = now.tools.flatMap((tool) =>
    compareTools(
      before.tools.find(({ role }) => role === tool.role),
      tool,
    ),
  );
  const packages = now.packages.flatMap((entry) =>
    comparePackages(
      before.packages.find(({ name }) => name === entry.name),
      entry,
    ),
  );
  return [...tools, ...packages, ...compareVariables(before, now)];
}

function compareTools(before: Tool | undefined, now: Tool): Reason[] {
  const was = before ?? { ...now, path: null, files: [], version: "", identity: "" };
  if (was.identity === now.identity) return [];
  // One that is not found is no reason: what it built is still what it built (a shell without that folder on PATH).
  if (now.path === null) return [];
  const contents = new Set(was.files.map((file) => file.sha256));
  const changed = now.files.find((file) => !contents.has(file.sha256))?.path ?? now.path;
  const [from, to] = [versionOf(was), versionOf(now)];
  return [{ kind: "tool-changed", path: changed, from, to, text: toolText(was, now, changed) }];
}

function toolText(was: Tool, now: Tool, changed: string): string {
  const name = nameOf(now);
  if (was.path === null) return `${name}: none -> ${versionOf(now)}`;
  const from = nameOf(was) === name ? versionOf(was) : `${nameOf(was)} ${versionOf(was)}`;
  const to = nameOf(was) === name ? versionOf(now) : `${name} ${versionOf(now)}`;
  if (from !== to) return nameOf(was) === name ? `${name} ${from} -> ${to}` : `${from} -> ${to}`;
  const part = nameOfPath(changed) === name ? "" : ` (${nameOfPath(changed)})`;
  if (now.version === "") return `${name}: other content${part}`;
  return `${name} ${to}: same version, other content${part}`;
}

function comparePackages(before: Package | undefined, now: Package): Reason[] {
  const was = before ?? { ...now, version: null, identity: "" };
  if (was.version === now.version && was.identity === now.identity) return [];
  const [from, to] = [was.version ?? "none", now.version ?? "none"];
  const text =
    from === to ? `${now.name} ${to}: same version, other content` : `${now.name} ${from} -> ${to}`;
  return [{ kind: "package-changed", path: now.name, from, to, text }];
}

/** A variable that chooses a tool is told beside the tool that changed; alone, only what it says beyond the tool counts. */
function compareVariables(before: Toolchain, now: Toolchain): Reason[] {
  const names = [...new Set([...Object.keys(before.variables), ...Object.keys(now.variables)])].sort();
  const [meant, means] = [variableMeanings(before), variableMeanings(now)];
  return names
    .filter((name) => before.variables[name] !== now.variables[name])
    .filter((name) => meant.get(name) !== means.get(name) || choseAnother(name, before, now))
    .map((name) => {
      const [from, to] = [before.variables[name] ?? "unset", now.variables[name] ?? "unset"];
      return { kind: "env-changed", path: name, from, to, text: `${name}: ${from} -> ${to}` };
    });
}

function choseAnother(name: string, before: Toolchain, now: Toolchain): boolean {
  return rolesOfVariable(name).some((role) => {
    const [was, is] = [before, now].map(({ tools }) => tools.find((tool) => tool.role === role));
    return is !== undefined && is.path !== null && was?.identity !== is.identity;
  });
}

/** What people call it: the program's name, which for a role may be `g++` or `clang++`. */
function nameOf(tool: Tool): string {
  return tool.role === "python" || tool.path === null ? tool.role : nameOfPath(tool.path);
}

function versionOf(tool: Tool): string {
  return tool.path === null ? "none" : tool.version || "unknown version";
}
