import assert from "node:assert/strict";
import test from "node:test";
import { type HealExtension, planHeal } from "../../src/build/heal-plan.ts";
import type { Baseline, InputTime } from "../../src/model.ts";
import { aBaseline } from "../helpers/extension.ts";

function time(mtimeNs: string, id = "aaaa", size = 3): InputTime {
  return { mtimeNs, size, id };
}

function built(files: Readonly<Record<string, InputTime>> | null): Baseline {
  return aBaseline(files === null ? {} : { inputTimes: { builtAtMs: 0, files } });
}

function extension(
  files: Readonly<Record<string, InputTime>> | null,
  inputs: readonly string[],
  isIntact = true,
): HealExtension {
  return { inputs, baseline: built(files), isIntact };
}

/** What is planned, as path and time. */
function planned(...extensions: readonly HealExtension[]): [string, string][] {
  return [...planHeal(extensions)].map(([path, { mtimeNs }]) => [path, mtimeNs]);
}

test("each recorded input has its time back; one that is new has none", () => {
  assert.deepEqual(planned(extension({ "a.c": time("10"), "gone.c": time("9") }, ["a.c", "new.c"])), [
    ["a.c", "10"],
  ]);
});

test("none of a build whose directories have changed, that recorded none, or that is not there", () => {
  assert.deepEqual(planned(extension({ "a.c": time("10") }, ["a.c"], false)), []);
  assert.deepEqual(planned(extension(null, ["a.c"])), []);
  assert.deepEqual(planned({ inputs: ["a.c"], baseline: null, isIntact: true }), []);
});

test("an input of two extensions: the older time, if both were built from the same file", () => {
  const one = extension({ "a.c": time("10"), "b.c": time("10") }, ["a.c", "b.c"]);
  assert.deepEqual(planned(one, extension({ "a.c": time("9") }, ["a.c"])), [
    ["a.c", "9"],
    ["b.c", "10"],
  ]);
  assert.deepEqual(planned(one, extension({ "a.c": time("11") }, ["a.c"])), [
    ["a.c", "10"],
    ["b.c", "10"],
  ]);
});

test("a build of one from other content, or of which nothing is known, keeps the time for both, in any order", () => {
  const one = extension({ "a.c": time("10"), "b.c": time("10") }, ["a.c", "b.c"]);
  for (const other of [
    extension({ "a.c": time("9", "bbbb") }, ["a.c"]),
    extension({ "a.c": time("9", "aaaa", 4) }, ["a.c"]),
    extension({ "a.c": time("9") }, ["a.c"], false),
    extension(null, ["a.c"]),
  ]) {
    assert.deepEqual(planned(one, other), [["b.c", "10"]]);
    assert.deepEqual(planned(other, one), [["b.c", "10"]]);
  }
});

test("names of Object's own are ordinary paths", () => {
  assert.deepEqual(planned(extension({}, ["constructor", "__proto__"])), []);
});
