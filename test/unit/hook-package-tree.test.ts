import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { planCopies } from "../../src/install/package-tree.ts";
import { createSandbox, type Sandbox } from "../helpers/sandbox.ts";

interface Needs {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function writePackage(box: Sandbox, folder: string, name: string, needs: Needs = {}): void {
  box.write(`${folder}/package.json`, JSON.stringify({ name, version: "1.0.0", ...needs }));
}

function places(box: Sandbox, root: string): Record<string, string> {
  const copies = planCopies(box.path(root)).map(
    ({ from, to }) => [to, from.slice(box.root.length + 1)] as const,
  );
  return Object.fromEntries(copies);
}

test("two versions of one package both come along, each where its users find it", (t) => {
  const box = createSandbox(t);
  writePackage(box, "p", "rebuild-if-needed", { dependencies: { a: "1", b: "1" } });
  writePackage(box, "p/node_modules/a", "a", { dependencies: { b: "2" } });
  writePackage(box, "p/node_modules/a/node_modules/b", "b", { dependencies: { a: "1" } });
  writePackage(box, "p/node_modules/b", "b");
  assert.deepEqual(places(box, "p"), {
    "node_modules/rebuild-if-needed": "p",
    "node_modules/a": "p/node_modules/a",
    "node_modules/b": "p/node_modules/b",
    "node_modules/a/node_modules/b": "p/node_modules/a/node_modules/b",
  });
});

test("pnpm's links are followed to the packages", (t) => {
  const box = createSandbox(t);
  const store = "n/.pnpm";
  writePackage(box, `${store}/r@1/node_modules/rebuild-if-needed`, "rebuild-if-needed", {
    dependencies: { "@s/a": "1" },
  });
  writePackage(box, `${store}/a@1/node_modules/@s/a`, "@s/a", { dependencies: { c: "1" } });
  writePackage(box, `${store}/c@1/node_modules/c`, "c");
  link(box, `${store}/r@1/node_modules/@s/a`, `${store}/a@1/node_modules/@s/a`);
  link(box, `${store}/a@1/node_modules/c`, `${store}/c@1/node_modules/c`);
  assert.deepEqual(places(box, `${store}/r@1/node_modules/rebuild-if-needed`), {
    "node_modules/rebuild-if-needed": `${store}/r@1/node_modules/rebuild-if-needed`,
    "node_modules/@s/a": `${store}/a@1/node_modules/@s/a`,
    "node_modules/c": `${store}/c@1/node_modules/c`,
  });
});

test("a missing dependency is an error, a missing optional one is not", (t) => {
  const box = createSandbox(t);
  writePackage(box, "p", "rebuild-if-needed", { optionalDependencies: { gone: "1" } });
  assert.deepEqual(Object.keys(places(box, "p")), ["node_modules/rebuild-if-needed"]);
  writePackage(box, "p", "rebuild-if-needed", { dependencies: { gone: "1" } });
  assert.throws(() => places(box, "p"), /gone, which rebuild-if-needed needs, is not installed/);
});

function link(box: Sandbox, path: string, target: string): void {
  mkdirSync(dirname(box.path(path)), { recursive: true });
  symlinkSync(box.path(target), join(box.path(path)));
}
