import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { packageRoot } from "../helpers/sandbox.ts";

test("only package-root.ts asks where it lies: in the bundle no other file is where it was in src", () => {
  const asking = readdirSync(join(packageRoot(), "src"), { recursive: true, encoding: "utf8" }).filter(
    (path) =>
      path.endsWith(".ts") && readFileSync(join(packageRoot(), "src", path), "utf8").includes("import.meta"),
  );
  assert.deepEqual(asking, ["package-root.ts"]);
});

test("what the package runs is in dist: the program, the public API and the probe", () => {
  const at = (path: string): string => join(packageRoot(), "dist", path);
  assert.equal(statSync(at("cli.js")).mode & 0o111, 0o111);
  for (const path of ["index.js", "index.d.ts", "verify/probe.py"]) assert.ok(statSync(at(path)).isFile());
});

test("a look loads none of the large libraries: each is imported where it is first needed", () => {
  const dist = join(packageRoot(), "dist");
  const [check = ""] = readdirSync(join(dist, "chunks")).filter((name) => /^check-\w+\.js$/.test(name));
  const loaded = new Set([join(dist, "cli.js"), join(dist, "chunks", check)]);
  const names = new Set<string>();
  for (const file of loaded) {
    for (const [, name = ""] of readFileSync(file, "utf8").matchAll(/^(?:import|\} from) .*?"([^"]+)";$/gm)) {
      if (name.startsWith(".")) loaded.add(join(dirname(file), name));
      else if (!name.startsWith("node:")) names.add(name);
    }
  }
  assert.ok(loaded.size > 5);
  assert.deepEqual([...names], []);
});
