import type { Baseline, Extension } from "../../src/model.ts";

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

/** The record of a build of nothing, with what a test cares about. */
export function aBaseline(changes: Partial<Baseline> = {}): Baseline {
  return {
    version: 1,
    extension: "core",
    interpreter: null,
    buildId: "b",
    origin: "built",
    commit: null,
    at: "2026-03-01T12:00:00.000Z",
    note: "",
    fingerprint: {
      inputs: {},
      toolchain: { tools: [], packages: [], variables: {} },
      recipe: [],
      hash: "",
    },
    outputs: [],
    trackedOutputs: [],
    buildDirFiles: [],
    ...changes,
  };
}
