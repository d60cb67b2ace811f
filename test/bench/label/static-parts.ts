/** Parts of a state that are read from the text of a commit, not from a build. */
import { createHash } from "node:crypto";
import { parse } from "smol-toml";
import type { Part } from "./state.ts";

export function hashOf(text: string): string {
  return createHash("sha1").update(text).digest("hex").slice(0, 16);
}

/**
 * Build requirements. `hard`: the pins of what is compiled against; `soft`: all of them. Another version of a tool
 * that only drives the build makes the same libraries.
 */
export function pinsPart(lines: readonly string[], compiledAgainst: RegExp): Part {
  const pins = lines
    .map((line) => line.replace(/#.*/, "").replaceAll(/\s+/g, ""))
    .filter((line) => line !== "")
    .sort();
  return {
    hard: hashOf(pins.filter((pin) => compiledAgainst.test(pin)).join("\n")),
    soft: hashOf(pins.join("\n")),
  };
}

/** `[build-system] requires`; [] where the file says nothing or cannot be read. */
export function buildRequires(pyproject: string): string[] {
  try {
    const table: unknown = parse(pyproject)["build-system"];
    const requires: unknown =
      typeof table === "object" && table !== null && "requires" in table ? table.requires : [];
    return Array.isArray(requires) ? requires.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}
