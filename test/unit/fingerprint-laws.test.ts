import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { compareFingerprints, compareInputs } from "../../src/fingerprint/compare.ts";
import { makeFingerprint } from "../../src/fingerprint/fingerprint.ts";
import { sortIds } from "../../src/fingerprint/choose-inputs.ts";
import type { Extension, Fingerprint, Package, Tool, Toolchain } from "../../src/model.ts";
import { anExtension } from "../helpers/extension.ts";

const path = fc.oneof(
  fc.constantFrom("csrc/a.cu", "CMakeLists.txt", "__proto__", "constructor", "12", "2", "caf\udce9", "a b"),
  fc.string({ minLength: 1, maxLength: 6 }).filter((text) => !text.includes("\0")),
);
const id = fc.constantFrom("aaaa", "bbbb", "commit:aaaa", "link:aaaa");
const files = fc.dictionary(path, id, { maxKeys: 6, noNullPrototype: false });
const identity = fc.constantFrom("x", "y");

function tool(role: Tool["role"], one: string): Tool {
  return { role, path: `/usr/bin/${role}`, files: [], version: one, identity: one };
}

function packageOf(name: string, one: string): Package {
  return { name, version: one, identity: one, files: [] };
}

/** One extension asks for the same tools and packages each time: what differs is what they are. */
const toolchain: fc.Arbitrary<Toolchain> = fc
  .tuple(identity, identity, identity, fc.dictionary(fc.constantFrom("CC", "CXX", "FLAVOUR"), identity))
  .map(([cxx, nvcc, torch, variables]) => ({
    tools: [tool("cxx", cxx), tool("nvcc", nvcc)],
    packages: [packageOf("torch", torch)],
    variables,
  }));
const NO_TOOLS: Toolchain = { tools: [], packages: [], variables: {} };
const recipe = fc.constantFrom([["make"]], [["make", "all"]], [["make all"]]);

interface State {
  readonly files: Readonly<Record<string, string>>;
  readonly toolchain: Toolchain;
  readonly recipe: Extension["recipe"];
}

const state: fc.Arbitrary<State> = fc.record({ files, toolchain, recipe });

function printOf({ files: ids, toolchain: tools, recipe: steps }: State): Fingerprint {
  return makeFingerprint(anExtension({ recipe: steps }), { inputs: sortIds(Object.entries(ids)) }, tools);
}

function shuffled(one: State): State {
  return {
    ...one,
    files: Object.fromEntries(Object.entries(one.files).toReversed()),
    toolchain: {
      tools: one.toolchain.tools.toReversed(),
      packages: one.toolchain.packages.toReversed(),
      variables: Object.fromEntries(Object.entries(one.toolchain.variables).toReversed()),
    },
  };
}

test("the order of files, tools and variables never changes a fingerprint", () => {
  fc.assert(
    fc.property(state, (one) => {
      assert.equal(printOf(shuffled(one)).hash, printOf(one).hash);
      assert.deepEqual(compareFingerprints(printOf(one), printOf(shuffled(one))), []);
    }),
  );
});

test("there are reasons exactly when the hashes differ", () => {
  fc.assert(
    fc.property(state, state, (before, now) => {
      const [from, to] = [printOf(before), printOf(now)];
      assert.equal(compareFingerprints(from, to).length === 0, from.hash === to.hash);
    }),
  );
});

test("a record that went through JSON compares like the one that was written", () => {
  fc.assert(
    fc.property(state, state, (before, now) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was just written
      const read = JSON.parse(JSON.stringify(printOf(before))) as Fingerprint;
      assert.deepEqual(
        compareFingerprints(read, printOf(now)),
        compareFingerprints(printOf(before), printOf(now)),
      );
      assert.deepEqual(compareFingerprints(read, printOf(before)), []);
    }),
  );
});

test("a change and its revert leave no reason", () => {
  fc.assert(
    fc.property(files, path, id, (before, changed, value) => {
      const there = new Map([...Object.entries(before), [changed, value] as const]);
      const back = new Map(there);
      const old = Object.entries(before).find(([name]) => name === changed)?.[1];
      if (old === undefined) back.delete(changed);
      else back.set(changed, old);
      assert.deepEqual(compareInputs(new Map(Object.entries(before)), back), []);
    }),
  );
});

test("every reason names a file that differs, and every file that differs has one", () => {
  fc.assert(
    fc.property(files, files, (before, now) => {
      const [from, to] = [new Map(Object.entries(before)), new Map(Object.entries(now))];
      const differing = [...new Set([...from.keys(), ...to.keys()])].filter(
        (name) => from.get(name) !== to.get(name),
      );
      const reasons = compareInputs(from, to);
      assert.deepEqual(
        reasons.map((reason) => reason.path),
        differing.toSorted((a, b) => (a < b ? -1 : 1)),
      );
      for (const reason of reasons) {
        const [old, present] = [from.get(reason.path ?? ""), to.get(reason.path ?? "")];
        const kind = old === undefined ? "added" : present === undefined ? "removed" : "changed";
        assert.equal(reason.kind, `input-${kind}`);
        assert.deepEqual([reason.from, reason.to], [old, present]);
      }
    }),
  );
});

test("reasons are the mirror of those of the way back", () => {
  const mirror = new Map([
    ["input-added", "input-removed"],
    ["input-removed", "input-added"],
    ["input-changed", "input-changed"],
  ]);
  fc.assert(
    fc.property(files, files, (before, now) => {
      const [from, to] = [new Map(Object.entries(before)), new Map(Object.entries(now))];
      assert.deepEqual(
        compareInputs(to, from).map(({ kind, path: name }) => [kind, name]),
        compareInputs(from, to).map(({ kind, path: name }) => [mirror.get(kind), name]),
      );
    }),
  );
});

test("naming a file twice never changes a fingerprint", () => {
  fc.assert(
    fc.property(state, (one) => {
      const entries = Object.entries(one.files);
      const twice = makeFingerprint(
        anExtension({ recipe: one.recipe }),
        { inputs: sortIds([...entries, ...entries]) },
        one.toolchain,
      );
      assert.equal(twice.hash, printOf(one).hash);
      assert.deepEqual(compareFingerprints(printOf(one), twice), []);
    }),
  );
});

test("where a path ends and its id begins is never in doubt: characters that move over make another fingerprint", () => {
  const word = fc.string({ minLength: 1, maxLength: 4 }).filter((text) => !text.includes("\0"));
  const separator = fc.constantFrom("", " ", "\n", "\t", ":", "=", "/", '"', "\\", "toolchain");
  fc.assert(
    fc.property(word, word, word, separator, (a, b, c, between) => {
      const one = { files: { [a + between + b]: c }, toolchain: NO_TOOLS, recipe: [["make"]] };
      const other = { files: { [a]: b + between + c }, toolchain: NO_TOOLS, recipe: [["make"]] };
      assert.notEqual(printOf(one).hash, printOf(other).hash);
      const variables = { ...NO_TOOLS, variables: { [a + between + b]: c } };
      const moved = { ...NO_TOOLS, variables: { [a]: b + between + c } };
      assert.notEqual(
        printOf({ ...one, toolchain: variables }).hash,
        printOf({ ...one, toolchain: moved }).hash,
      );
    }),
  );
});

test("every reason, of whatever kind, names something that differs, and all that differs is named once", () => {
  fc.assert(
    fc.property(state, state, (before, now) => {
      const reasons = compareFingerprints(printOf(before), printOf(now));
      const named = reasons.map(({ kind, path: name }) => `${kind} ${name ?? ""}`);
      const different = allDifferences(before, now);
      assert.equal(new Set(named).size, named.length, "nothing is named twice");
      assert.deepEqual(
        named.filter((each) => !different.includes(each)),
        [],
      );
      // A variable that only names a tool counts by the tool that it names.
      const certain = different.filter((each) => !/^env-changed (CC|CXX)$/.test(each));
      assert.deepEqual(
        certain.filter((each) => !named.includes(each)),
        [],
      );
      for (const { from, to, text } of reasons) {
        assert.notEqual(text, "");
        assert.ok(from !== undefined || to !== undefined, "a reason shows at least one end");
      }
    }),
  );
});

/** What differs between two states, told without the code under test: kind and name of each. */
function allDifferences(before: State, now: State): string[] {
  const names = (one: object, other: object): string[] => [
    ...new Set([...Object.keys(one), ...Object.keys(other)]),
  ];
  const inputs = names(before.files, now.files)
    .filter((name) => valueOf(before.files, name) !== valueOf(now.files, name))
    .map((name) => {
      const [old, present] = [valueOf(before.files, name), valueOf(now.files, name)];
      return `input-${old === undefined ? "added" : present === undefined ? "removed" : "changed"} ${name}`;
    });
  const [was, is] = [before.toolchain, now.toolchain];
  const tools = is.tools
    .filter(({ role, identity: one }) => was.tools.find((entry) => entry.role === role)?.identity !== one)
    .map(({ path: program }) => `tool-changed ${program ?? ""}`);
  const packages = is.packages
    .filter(({ name, identity: one }) => was.packages.find((entry) => entry.name === name)?.identity !== one)
    .map(({ name }) => `package-changed ${name}`);
  const variables = names(was.variables, is.variables)
    .filter((name) => was.variables[name] !== is.variables[name])
    .map((name) => `env-changed ${name}`);
  const steps = JSON.stringify(before.recipe) === JSON.stringify(now.recipe) ? [] : ["recipe-changed "];
  return [...inputs, ...tools, ...packages, ...variables, ...steps];
}

function valueOf(from: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(from, name) ? from[name] : undefined;
}
