/** Requirements as PEP 508 writes them, as far as `[build-system].requires` needs it. Pure. */
import { normaliseName } from "../fingerprint/distributions.ts";
import { satisfies } from "./python-version.ts";

export interface Requirement {
  readonly name: string;
  /** `>=1.2,<2`, or empty. A direct reference (`name @ url`) has none that could be compared. */
  readonly specifiers: string;
  /** What stands behind `;`, or empty. */
  readonly marker: string;
}

/** The values that simple markers compare with. */
export type MarkerValues = Readonly<Record<string, string>>;

/** @returns null for what is no requirement. */
export function parseRequirement(text: string): Requirement | null {
  const [head = "", ...rest] = text.split(";");
  const parts = /^([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)$/s.exec(head.trim());
  if (parts === null) return null;
  const [, name = "", tail = ""] = parts;
  const specifiers = tail.startsWith("@") ? "" : tail.replace(/^\((.*)\)$/, "$1").replace(/\s+/g, "");
  return { name: normaliseName(name), specifiers, marker: rest.join(";").trim() };
}

/**
 * Whether a marker asks for the requirement here. Only comparisons of known variables with literals, joined by
 * `and` and `or`, are understood.
 * @returns null for all other markers.
 */
export function evaluateMarker(marker: string, values: MarkerValues): boolean | null {
  if (marker === "") return true;
  const answers = marker.split(/\s+or\s+/).map((part) => {
    const terms = part.split(/\s+and\s+/).map((term) => evaluateTerm(term.trim(), values));
    return terms.includes(null) ? null : !terms.includes(false);
  });
  return answers.includes(null) ? null : answers.includes(true);
}

/** Marker values of an interpreter on this machine. */
export function markerValues(pythonVersion: string, platform: NodeJS.Platform, arch: string): MarkerValues {
  return {
    python_version: pythonVersion.split(".").slice(0, 2).join("."),
    python_full_version: pythonVersion,
    sys_platform: platform,
    platform_system: platform === "darwin" ? "Darwin" : "Linux",
    platform_machine: machineName(platform, arch),
    os_name: "posix",
  };
}

function evaluateTerm(term: string, values: MarkerValues): boolean | null {
  const [, name = "", operator = "", , literal = ""] =
    /^(\w+)\s*(==|!=|<=|>=|<|>|~=)\s*(['"])([^'"]*)\3$/.exec(term) ?? [];
  const value = values[name];
  if (value === undefined) return null;
  if (name.startsWith("python")) return satisfies(value, `${operator}${literal}`);
  if (operator === "==") return value === literal;
  return operator === "!=" ? value !== literal : null;
}

function machineName(platform: NodeJS.Platform, arch: string): string {
  if (arch === "x64") return "x86_64";
  if (arch === "arm64") return platform === "darwin" ? "arm64" : "aarch64";
  return arch;
}
