/** What is read-only is moved, restored and dropped like everything else, by a user whom modes bind. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { createSandbox, programUnderTest, type RunResult, type Sandbox } from "../helpers/sandbox.ts";

/** Read-only outputs, and a read-only folder in the build directory, as caches and package managers make them. */
const RECIPE = `set -eu
test ! -e ../fail
mkdir -p work/cache/deep
cat csrc/a.txt >work/cache/deep/object
chmod 444 work/cache/deep/object
chmod 555 work/cache/deep work/cache
for name in glue more; do
  rm -f pkg/$name.py
  echo "VALUE = '$(cat csrc/a.txt)'" >pkg/$name.py
  chmod 444 pkg/$name.py
done
test ! -e ../fail-late
`;

const CONFIG = `preset = "none"

[[extension]]
name = "core"
inputs = ["csrc/**", "build.sh"]
outputs = ["pkg/glue.py", "pkg/more.py"]
build-dirs = ["work"]
recipe = [["sh", "build.sh"]]
`;

/** root may write anywhere: there the modes bind only who has given up that power. */
const BOUND = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];
const skip = process.platform === "linux" ? false : "gives up root's powers with Linux's setpriv";

interface Scene {
  readonly box: Sandbox;
  readonly top: string;
  readonly state: string;
  write(path: string, text: string): void;
  read(path: string): string;
  cli(...args: readonly string[]): Promise<RunResult>;
}

test("read-only outputs and build directories", { skip }, async (t) => {
  const scene = await built(t);
  const { box, top, state, write, read, cli } = scene;
  assert.equal((await box.run(top, [...BOUND, "sh", "-c", "echo > pkg/glue.py"])).code === 0, false);

  await t.test("a rebuild", async () => {
    write("csrc/a.txt", "two");
    const { code, stderr } = await cli();
    assert.equal(code, 0, stderr);
    assert.equal(read("pkg/glue.py"), "VALUE = 'two'\n");
    assert.equal(read("work/cache/deep/object"), "two");
    assert.equal(statSync(join(top, "pkg/glue.py")).mode & 0o777, 0o444);
    assertNothingLeft(state);
  });

  await t.test("a build that fails in the end, and the one after it", async () => {
    write("csrc/a.txt", "three");
    box.write("fail-late", "");
    assert.equal((await cli()).code, 1);
    assert.equal(read("pkg/more.py"), "VALUE = 'two'\n");
    assert.equal(read("work/cache/deep/object"), "two");
    assert.equal(existsSync(join(state, "journal.json")), false);
    await box.run(box.root, ["rm", "fail-late"]);
    const { code, stderr } = await cli();
    assert.equal(code, 0, stderr);
    assert.equal(read("pkg/more.py"), "VALUE = 'three'\n");
    assertNothingLeft(state);
  });

  await t.test("a restore, and an undo", async () => {
    write("csrc/a.txt", "two");
    const { code, stderr } = await cli();
    assert.equal(code, 0, stderr);
    assert.match(stderr, /restored: core/);
    assert.equal(read("pkg/glue.py"), "VALUE = 'two'\n");
    assert.equal((await cli("undo")).code, 0);
    assert.equal(read("pkg/glue.py"), "VALUE = 'three'\n");
  });

  await t.test("a person's file in a read-only folder of the build directory stays", async () => {
    write("csrc/a.txt", "four");
    chmodSync(join(top, "work/cache"), 0o755);
    write("work/cache/mine/notes.txt", "mine");
    chmodSync(join(top, "work/cache/mine/notes.txt"), 0o444);
    for (const folder of ["work/cache/mine", "work/cache"]) chmodSync(join(top, folder), 0o555);
    const { code, stderr } = await cli();
    assert.equal(code, 0, stderr);
    // The new build's folder of that name is read-only too: then the file goes to quarantine, and is told.
    const [, keptAt = ""] = /moved aside: \S*work\/cache\/mine\/notes\.txt -> (\S+) /.exec(stderr) ?? [];
    assert.equal(box.read(keptAt), "mine");
    assertNothingLeft(state);
    assert.equal((await cli("check")).code, 0);
  });

  await t.test(
    "a folder of outputs that nobody may write to stops the build, and nothing has moved",
    async () => {
      write("csrc/a.txt", "five");
      chmodSync(join(top, "pkg"), 0o555);
      const { code, stderr } = await cli();
      assert.equal(code, 3, stderr);
      const told = `nothing can be moved into or out of ${join(top, "pkg")} (EACCES). Nothing was changed.`;
      assert.ok(
        stderr.includes(`\nrebuild-if-needed: E303 ${told} Next: ls -ld '${join(top, "pkg")}';`),
        stderr,
      );
      assert.equal(read("pkg/glue.py"), "VALUE = 'four'\n");
      assert.equal(read("work/cache/deep/object"), "four");
      assert.equal(existsSync(join(state, "journal.json")), false);
      chmodSync(join(top, "pkg"), 0o755);
      assert.equal((await cli()).code, 0);
    },
  );

  await t.test("uninstall --purge leaves nothing of it", async () => {
    const { code, stderr } = await cli("uninstall", "--purge");
    assert.equal(code, 0, stderr);
    assert.equal(existsSync(state), false);
  });
});

async function built(t: TestContext): Promise<Scene> {
  const box = createSandbox(t);
  const top = await box.repository("project");
  const write = (path: string, text: string): void => box.write(join(top, path), text);
  const files = {
    ".gitignore": "/pkg/*\n!/pkg/__init__.py\n/work/\n__pycache__/\n",
    "rebuild-if-needed.toml": CONFIG,
    "build.sh": RECIPE,
    "csrc/a.txt": "one",
    "pkg/__init__.py": "",
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  await box.commit(top, "first");
  const cli: Scene["cli"] = (...args) =>
    box.run(top, [...BOUND, process.execPath, programUnderTest(), ...args]);
  for (const args of [["init", "--yes"], []]) {
    const { code, stderr } = await cli(...args);
    assert.equal(code, 0, stderr);
  }
  return {
    box,
    top,
    state: join(top, ".git/rebuild-if-needed"),
    write,
    read: (path) => box.read(join(top, path)),
    cli,
  };
}

/** Neither a journal nor a stage: a folder that could not be removed would be found by every start from now on. */
function assertNothingLeft(state: string): void {
  assert.equal(existsSync(join(state, "journal.json")), false);
  assert.deepEqual(readdirSync(join(state, "stage")), []);
}
