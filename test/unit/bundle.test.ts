import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createSandbox, packageRoot } from "../helpers/sandbox.ts";

const at = (path: string): string => join(packageRoot(), "dist", path);

test("only two files ask where they lie: in the bundle no other file is where it was in src", () => {
  const asking = readdirSync(join(packageRoot(), "src"), { recursive: true, encoding: "utf8" }).filter(
    (path) =>
      path.endsWith(".ts") && readFileSync(join(packageRoot(), "src", path), "utf8").includes("import.meta"),
  );
  assert.deepEqual(asking.sort(), ["cli.ts", "package-root.ts"]);
});

test("what the package runs is in dist: the program, the public API and the probe", () => {
  assert.equal(statSync(at("cli.js")).mode & 0o111, 0o111);
  for (const path of ["look.js", "main.js", "index.mjs", "types/index.d.ts", "verify/probe.py"])
    assert.ok(statSync(at(path)).isFile());
});

test("a look loads none of the large libraries: each is imported where it is first needed", async (t) => {
  const box = createSandbox(t);
  const top = await box.repository("project");
  box.write(
    "project/setup.py",
    "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('a', ['a.c'])])\n",
  );
  box.write("project/a.c", "int a;\n");
  await box.commit(top, "a");
  const load = "const load = Module._load; Module._load = function (name, ...rest) {";
  const note = `fs.appendFileSync(${JSON.stringify(box.path("seen"))}, name + "\\n");`;
  box.write(
    "spy.cjs",
    `const fs = require("node:fs"), Module = require("node:module"); ${load} ${note} return load.call(this, name, ...rest); };`,
  );
  for (const args of [["check"], ["status"], ["hook", "post-merge"]]) {
    const result = await box.run(top, [
      process.execPath,
      "--require",
      box.path("spy.cjs"),
      at("cli.js"),
      ...args,
    ]);
    assert.match(result.stdout + result.stderr, /no verified build/, args.join(" "));
    const names = new Set(box.read("seen").trim().split("\n"));
    assert.ok(names.has("node:fs"));
    assert.deepEqual(
      [...names].filter((name) => !name.startsWith("node:") && !name.startsWith("/")),
      [],
      args.join(" "),
    );
  }
});

test("all that a look leaves apart is in the whole program", () => {
  const text = readFileSync(at("look.js"), "latin1");
  const asked = [...text.matchAll(/require\("(apart:[^"]*)"\)/g)].map(([, name = ""]) => name);
  assert.ok(asked.includes("apart:trust/trust.ts"));
  const whole = readFileSync(at("main.js"), "latin1");
  for (const name of asked) assert.ok(whole.includes(`"${name}": () =>`), name);
  assert.ok(text.length < whole.length / 3, "a look has grown");
});

test("the public API answers as the package exports it", async (t) => {
  const box = createSandbox(t);
  const code = `import { check, decide } from ${JSON.stringify(at("index.mjs"))};
    const looked = await check(process.cwd());
    console.log(looked.ok, looked.failure?.code, typeof decide);`;
  const { stdout } = await box.run(box.root, [process.execPath, "--input-type=module", "--eval", code]);
  assert.equal(stdout, "false E101 function\n");
});

test("the bundled program is ASCII, as it is read as bytes, and holds no import(), which kept code cannot do", () => {
  for (const program of ["look.js", "main.js"]) {
    assert.doesNotMatch(readFileSync(at(program), "latin1"), /\bimport\(/);
    assert.match(readFileSync(at(program), "latin1"), /^[\u0000-\u007F]*$/);
  }
});
