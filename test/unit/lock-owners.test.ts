/** Whether the owner of a lock lives: what is known of this machine, and what is believed of others. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { takeLock } from "../../src/build/lock.ts";
import { isAlive, isHere, thisProcess, type Owner } from "../../src/build/owner.ts";

const me = thisProcess();
const YESTERDAY = Date.now() - 24 * 3600 * 1000;

const CASES: readonly (readonly [string, Partial<Owner>, { alive: boolean; here: boolean }])[] = [
  ["this very process", {}, { alive: true, here: true }],
  ["its id, taken by a later process", { startedAt: `${me.startedAt}1` }, { alive: false, here: true }],
  ["a process that has gone", { pid: 2 ** 22 + 1 }, { alive: false, here: true }],
  ["one without a start time", { startedAt: "" }, { alive: false, here: true }],
  ["the same machine before it was booted", { boot: "0ther" }, { alive: false, here: false }],
  ["another container of this machine", { pidSpace: "17" }, { alive: true, here: false }],
  ["another container, a day ago", { pidSpace: "17", sinceMs: YESTERDAY }, { alive: false, here: false }],
  ["another machine", { host: "other", boot: "0ther" }, { alive: true, here: false }],
  [
    "another machine, a day ago",
    { host: "other", boot: "0ther", sinceMs: YESTERDAY },
    { alive: false, here: false },
  ],
];

for (const [who, changes, { alive, here }] of CASES) {
  test(`${who}: ${alive ? "alive" : "dead"}, ${here ? "of here" : "not of here"}`, () => {
    const owner = { ...me, ...changes };
    assert.deepEqual({ alive: isAlive(owner), here: isHere(owner) }, { alive, here });
  });
}

test("a folder that cannot be made is the caller's to tell", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "rebuild-if-needed-lock-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "lock"), "");
  await assert.rejects(takeLock(join(folder, "lock"), "build-1"), /EEXIST|ENOTDIR/);
});
