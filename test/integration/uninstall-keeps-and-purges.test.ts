/** `uninstall`: builds and quarantine stay and are listed; `--purge` drops them, but nothing of another work tree. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { moveToQuarantine } from "../../src/store/quarantine.ts";
import { createHookRepo, valueOf, workspaceOf, type HookRepo } from "../helpers/hook-repo.ts";

test("without --purge all that can bring something back stays, and is listed", async (t) => {
  const repo = await createKeeper(t);
  const { stdout } = await repo.box.cli(repo.top, "uninstall");
  const { stateDir, slotsDir } = repo.ws;
  const lines = stdout.split("\n").filter((line) => line.startsWith("kept"));
  assert.deepEqual(lines, [
    `kept: 1 build in ${slotsDir} (0.0 MB)`,
    `kept in quarantine: ${join(stateDir, "quarantine", "b1", "files", "mine.so")} (was ${join(repo.top, "mine.so")})`,
    `kept: the records in ${stateDir}. Drop it all: rebuild-if-needed uninstall --purge`,
  ]);
  assert.equal(readdirSync(slotsDir).length, 1);
  assert.ok(existsSync(join(stateDir, "quarantine", "b1", "files", "mine.so")));
});

test("--purge names what it drops from quarantine, and leaves nothing", async (t) => {
  const repo = await createKeeper(t);
  const { stdout } = await repo.box.cli(repo.top, "uninstall", "--purge");
  assert.match(
    stdout,
    /^dropped from quarantine: .*mine\.so \(was .*mine\.so\)\nall state of rebuild-if-needed is gone$/m,
  );
  assert.equal(existsSync(dirname(repo.ws.slotsDir)), false);
});

test("--purge in a linked work tree drops its own state, and no build or quarantine of the main one", async (t) => {
  const repo = await createKeeper(t);
  await repo.box.git(repo.top, "worktree", "add", "--quiet", "../linked");
  const linked = await workspaceOf(repo.box.path("linked"));
  repo.box.write(join(linked.stateDir, "environment.json"), "{}");
  const { stdout } = await repo.box.cli(linked.top, "uninstall", "--purge");
  assert.match(stdout, new RegExp(`^the state of this work tree is gone: ${linked.stateDir}$`, "m"));
  assert.match(
    stdout,
    new RegExp(`^left: ${repo.ws.stateDir} \\(of another work tree; .uninstall --purge. there\\)$`, "m"),
  );
  assert.equal(existsSync(linked.stateDir), false);
  assert.ok(existsSync(join(repo.ws.stateDir, "quarantine", "b1", "files", "mine.so")));
  assert.equal(readdirSync(repo.ws.slotsDir).length, 1);
});

/** A clone with hooks, one kept build and one file in quarantine. */
async function createKeeper(t: Parameters<typeof createHookRepo>[0]): Promise<HookRepo> {
  const repo = await createHookRepo(t);
  valueOf(await repo.install());
  writeFileSync(join(repo.top, "mine.so"), "not ours");
  moveToQuarantine(repo.ws, "b1", join(repo.top, "mine.so"), "in the way");
  repo.box.write(join(repo.ws.slotsDir, "0".repeat(32), "slot.json"), "{}");
  return repo;
}
