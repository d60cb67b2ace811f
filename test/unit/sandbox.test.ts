import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import test from "node:test";
import { createSandbox } from "../helpers/sandbox.ts";

test("a sandbox has its own home, no git config from outside and no CI", async (t) => {
  const box = createSandbox(t).with({ EXTRA: "1" });
  const { stdout } = await box.run("home", ["env"]);
  assert.match(stdout, new RegExp(`^HOME=${box.root}/home$`, "m"));
  assert.match(stdout, new RegExp(`^GIT_CONFIG_GLOBAL=${box.root}/home/.gitconfig$`, "m"));
  assert.match(stdout, /^EXTRA=1$/m);
  assert.doesNotMatch(stdout, /^(CI|REBUILD_IF_NEEDED\w*|GIT_DIR)=/m);
});

test("commits are the same on every machine", async (t) => {
  const box = createSandbox(t);
  const repository = await box.repository("repo");
  box.write("repo/a.txt", "a\n");
  assert.equal(await box.commit(repository, "first"), "189499d4eede585682e2d8b6b37312290dd18c87");
});

test("a sandbox refuses to touch anything outside", async (t) => {
  const box = createSandbox(t);
  assert.throws(() => box.write("../stray", ""), /outside the sandbox/);
  assert.throws(() => box.run(tmpdir(), ["true"]), /outside the sandbox/);
  await assert.rejects(box.git("home", "no-such-command"), /not a git command/);
});

test(
  "a sandbox is gone after its test, with the processes in it",
  { skip: !existsSync("/proc/self") },
  async (t) => {
    let root = "";
    let id = 0;
    await t.test("inner", async (inner) => {
      const box = createSandbox(inner);
      root = box.root;
      await box.run("home", ["sh", "-c", "exec sleep 600 >/dev/null 2>&1 </dev/null & echo $! > pid"]);
      id = Number(box.read("home/pid"));
      assert.ok(isAlive(id));
    });
    assert.equal(existsSync(root), false);
    while (isAlive(id)) await new Promise(setImmediate); // the kernel ends it in its own time
  },
);

/** A killed process whose parent has not asked for it yet is dead too. */
function isAlive(id: number): boolean {
  try {
    return /^\d+ \(.*\) [^ZX]/.test(readFileSync(`/proc/${id}/stat`, "utf8"));
  } catch {
    return false;
  }
}
