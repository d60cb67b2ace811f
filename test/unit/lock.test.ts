import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { lockHolder, takeLock } from "../../src/build/lock.ts";

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "rebuild-if-needed-lock-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("one holder at a time; the next one after release", async (t) => {
  const place = folder(t);
  const first = await takeLock(place, "build-1");
  assert.equal(first.kind, "held");
  assert.equal(lockHolder(place)?.label, "build-1");
  const second = await takeLock(place, "build-2");
  assert.ok(second.kind === "busy" && second.label === "build-1" && second.owner.pid === process.pid);
  if (first.kind === "held") first.lock.release();
  assert.equal(lockHolder(place), null);
  assert.deepEqual(readdirSync(place), []);
  assert.equal((await takeLock(place, "build-3")).kind, "held");
});

test("of twenty at once exactly one holds", async (t) => {
  const place = folder(t);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => takeLock(place, `build-${at}`)));
  assert.equal(answers.filter((answer) => answer.kind === "held").length, 1);
});

test("claims are empty files: a full disk has room for them", async (t) => {
  const place = folder(t);
  await takeLock(place, "build-1");
  const sizes = readdirSync(place).map((name) => statSync(join(place, name)).size);
  assert.deepEqual(sizes, [0, 0]);
});

test("a dead owner's claim is dropped, and so is that of a process whose id was taken by another", async (t) => {
  const place = folder(t);
  const answer = await takeLock(place, "build-1");
  if (answer.kind === "held") answer.lock.release();
  const mine = await takeLock(place, "build-2");
  const [name = ""] = readdirSync(place).filter((file) => file.startsWith("hold-"));
  if (mine.kind === "held") mine.lock.release();
  // The same process id, but started at another moment.
  const reused = name.replace(/^hold-(\d+)\.(\w+)\./, "hold-$1.1$2.");
  assert.notEqual(reused, name);
  writeFileSync(join(place, reused), "");
  assert.equal(lockHolder(place), null);
  assert.equal((await takeLock(place, "build-3")).kind, "held");
  assert.ok(!readdirSync(place).includes(reused));
});
