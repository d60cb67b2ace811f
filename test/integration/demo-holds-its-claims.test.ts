import assert from "node:assert/strict";
import test from "node:test";
import { createSandbox } from "../helpers/sandbox.ts";

test("the demo holds all of its claims, and leaves nothing behind", async (t) => {
  const box = createSandbox(t);
  const tmp = box.path("tmp");
  box.write("tmp/stays.txt", "");
  const { code, stdout, stderr } = await box.with({ TMPDIR: tmp }).cli("home", "demo");
  assert.equal(code, 0, stdout + stderr);
  assert.doesNotMatch(stdout, /✗|NOT AS PROMISED/);
  const table = stdout.slice(stdout.lastIndexOf("what happened"));
  for (const scene of ["1. A merge without the tool", "4. A branch round trip", "7. A broken merge"]) {
    assert.ok(table.includes(scene), table);
  }
  assert.equal((await box.run(tmp, ["ls"])).stdout, "stays.txt\n");
});
