/** A kept build is whole, but a library outside of the repository that it needs has gone. */
import assert from "node:assert/strict";
import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { library } from "../helpers/native.ts";
import { createSandbox, type Sandbox } from "../helpers/sandbox.ts";

const CONFIG = `preset = "none"
[[extension]]
name = "core"
inputs = ["csrc/**", "build.sh"]
outputs = ["pkg/core.so"]
recipe = [["sh", "build.sh"]]
`;

interface Scene {
  readonly box: Sandbox;
  readonly top: string;
  readonly engine: string;
}

/** `old` is built with a library from outside, `main` without it; `main` is checked out and built. */
async function scene(t: TestContext): Promise<Scene> {
  const box = createSandbox(t);
  const top = await box.repository("project");
  const engine = library(
    box.path("engine/libengine.so"),
    "int engine(void) { return 1; }",
    "-Wl,-soname,libengine.so",
  );
  const flags = `-L'${box.path("engine")}' -Wl,-rpath,'${box.path("engine")}' -lengine`;
  box.write("project/.gitignore", "*.so\n");
  box.write("project/rebuild-if-needed.toml", CONFIG);
  box.write("project/build.sh", `exec gcc -shared -fPIC -o pkg/core.so csrc/a.c ${flags}\n`);
  box.write("project/pkg/__init__.py", "");
  box.write("project/csrc/a.c", "int engine(void); int core(void) { return engine(); }\n");
  await box.commit(top, "with the engine");
  await box.git(top, "branch", "old");
  const first = await box.cli(top);
  assert.equal(first.code, 0, first.stderr);
  box.write("project/csrc/a.c", "int core(void) { return 2; }\n");
  box.write("project/build.sh", "exec gcc -shared -fPIC -o pkg/core.so csrc/a.c\n");
  await box.commit(top, "without it");
  const second = await box.cli(top);
  assert.equal(second.code, 0, second.stderr);
  return { box, top, engine };
}

const PROBLEM =
  "pkg/core.so: needs libengine.so, not found (libengine.so is in no folder that the loader searches (RUNPATH, LD_LIBRARY_PATH, system))";

test("a restore is refused, and everything is as it was", async (t) => {
  const { box, top, engine } = await scene(t);
  renameSync(engine, `${engine}.away`);
  await box.git(top, "checkout", "--quiet", "old");
  const before = readFileSync(join(top, "pkg/core.so"));
  const { code, stderr } = await box.cli(top);
  assert.equal(
    stderr,
    `rebuild-if-needed: E202 the kept build does not load any more: ${PROBLEM}. Everything is as it was. Next: rebuild-if-needed --force\n`,
  );
  assert.equal(code, 1);
  assert.deepEqual(readFileSync(join(top, "pkg/core.so")), before);
  renameSync(`${engine}.away`, engine);
  const again = await box.cli(top);
  assert.match(again.stderr, /^restored: core in /m);
  assert.equal(again.code, 0);
});

test("undo brings it back nevertheless, and says so", async (t) => {
  const { box, top, engine } = await scene(t);
  renameSync(engine, `${engine}.away`);
  const { code, stderr } = await box.cli(top, "undo");
  assert.match(stderr, /^undone: core is the build of /);
  assert.ok(stderr.endsWith(`\n  it does not load: ${PROBLEM}\n`), stderr);
  assert.equal(code, 0);
});
