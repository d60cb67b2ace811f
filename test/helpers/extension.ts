import type { Extension } from "../../src/model.ts";

/** The least that is an extension, with what a test cares about. */
export function anExtension(changes: Partial<Extension> = {}): Extension {
  return {
    name: "core",
    inputs: ["csrc/**"],
    pyprojectTables: [],
    outputs: ["pkg/*.so"],
    distribution: null,
    buildDirs: [],
    recipe: [["make"]],
    environment: [],
    require: [],
    tools: [],
    packages: [],
    guessed: false,
    ...changes,
  };
}
