/** A git dir that has no room for a folder must keep no file from its way out: one that lies on another disk stays near its place. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { Workspace } from "../../src/model.ts";
import { moveToQuarantine } from "../../src/store/quarantine.ts";
import { scratch } from "../helpers/native.ts";

const elsewhere = ["/dev/shm", "/run", homedir()].find(
  (folder) => existsSync(folder) && statSync(folder).dev !== statSync(tmpdir()).dev,
);
const cannot = elsewhere === undefined ? "there is no second file system here" : false;

test("a file of another disk is moved beside its place, without a note", { skip: cannot }, (t) => {
  const top = scratch(t);
  const stateDir = mkdtempSync(join(elsewhere ?? "", "rebuild-if-needed-test-"));
  t.after(() => rmSync(stateDir, { recursive: true }));
  writeFileSync(join(stateDir, "quarantine"), ""); // no folder can be made under this name
  writeFileSync(join(top, "mine.py"), "mine");
  const ws: Workspace = { top, gitDir: stateDir, commonDir: stateDir, stateDir, slotsDir: stateDir };
  const { path, keptAt } = moveToQuarantine(ws, "20260101-000000-1-0000", join(top, "mine.py"), "in the way");
  assert.equal(path, join(top, "mine.py"));
  assert.equal(keptAt, join(top, ".rebuild-if-needed-quarantine-20260101-000000-1-0000-mine.py"));
  assert.equal(readFileSync(keptAt, "utf8"), "mine");
  assert.ok(!existsSync(path));
});
