import assert from "node:assert/strict";
import test from "node:test";
import { type FindName, foundNames } from "../../src/verify/contract/look-up.ts";
import type { NativeName } from "../../src/verify/contract/native-names.ts";
import type { ProbeEvent } from "../../src/verify/probe-events.ts";

const PATH = "/top/pkg/_C.so";

function event(kind: ProbeEvent["kind"], subject: string, missing: readonly string[] = []): ProbeEvent {
  const none = { error: null, file: null, winner: null, schemas: [], signatures: new Map(), kernels: null };
  return { kind, subject, missing, ...none };
}

/** Of a library that has `there` and lacks `gone`, whose operators were asked for too. */
function found(module: string, alone: readonly string[] = []): FindName {
  const events = [
    event("library", PATH),
    event("lookup", `names of ${PATH}`, ["gone"]),
    event("lookup", "_C::gone"),
  ];
  const loaded = { events, deaths: new Map(), alone: new Set(alone), failure: null };
  return foundNames(loaded, [PATH], [{ path: PATH, module, root: "/top" }]);
}

function name(kind: NativeName["kind"], space: string, own: string): NativeName {
  return { kind, space, name: own, need: "required", registered: [], places: [], used: [] };
}

test("a name that a loaded module lacks is missing, one that it has is present", () => {
  const of = found("pkg._C");
  assert.equal(of(name("name", "pkg._C", "gone")).kind, "missing");
  assert.equal(of(name("name", "pkg._C", "constructor")).kind, "present");
  assert.deepEqual(of(name("name", "pkg._C", "constructor")), { kind: "present", schemas: [] });
  assert.equal(of(name("module", "pkg._C", "")).kind, "present");
  assert.equal(of(name("module", "pkg._moe_C", "")).kind, "missing");
});

test("where the package of an output is not certain, nothing of it is missing", () => {
  const of = found("_C"); // there is no __init__.py, and callers say pkg._C
  assert.equal(of(name("name", "pkg._C", "gone")).kind, "unseen");
  assert.equal(of(name("module", "pkg._C", "")).kind, "unseen");
  assert.equal(of(name("module", "pkg._moe_C", "")).kind, "missing");
});

test("an operator was not looked for where a library was loaded in a process of its own", () => {
  assert.equal(found("pkg._C")(name("operator", "_C", "gone")).kind, "missing");
  assert.equal(found("pkg._C", [PATH])(name("operator", "_C", "gone")).kind, "unseen");
});
