/** switch, checkout, restore, work trees and bisect, row by row. */
import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { blocked, building, createEventRows, RESTORED } from "../helpers/event-rows.ts";
import { programUnderTest } from "../helpers/sandbox.ts";

const MOVED = ["post-index-change", "post-checkout branch"];
const RESTORES = { hooks: MOVED, reads: [RESTORED], restores: 1 } as const;

test("branches, commits and single files", async (t) => {
  const rows = await createEventRows(t);
  await rows.quietly("branch", "old");
  await rows.commit("csrc/a.txt", "two\n");
  await rows.build();

  await t.test("switch -c moves no file", () =>
    rows.event(["switch", "--quiet", "--create", "topic"], { hooks: ["post-checkout branch"] }),
  );
  await t.test("checkout of the branch that is checked out", () =>
    rows.event(["checkout", "--quiet", "topic"], { hooks: MOVED }),
  );
  await t.test("switch to a branch", () => rows.event(["switch", "--quiet", "old"], RESTORES));
  await t.test("checkout of a commit", () => rows.event(["checkout", "--quiet", "main^0"], RESTORES));
  await t.test("checkout -B", () =>
    rows.event(["checkout", "--quiet", "-B", "topic", "origin/main"], RESTORES),
  );
  await t.test("switch -m carries changes along", async () => {
    rows.write("README.md", "# not committed\n");
    await rows.event(["switch", "--quiet", "--merge", "main"], RESTORES);
    await rows.quietly("restore", "README.md");
  });
  await t.test("checkout of a file of another commit", () =>
    rows.event(["checkout", "--quiet", "old", "--", "csrc/a.txt"], {
      hooks: ["post-checkout file"],
      reads: [RESTORED],
      restores: 1,
    }),
  );
  await t.test("restore --source", () =>
    rows.event(["restore", "--source", "main", "--staged", "--worktree", "csrc/a.txt"], {
      hooks: ["post-checkout file"],
      reads: [RESTORED],
      restores: 1,
    }),
  );
  await t.test(
    "worktree add and worktree add --no-checkout build nothing there, and write nothing",
    async () => {
      const hooks = ["post-index-change", "post-checkout new"];
      await rows.event(["worktree", "add", "--quiet", rows.box.path("linked"), "topic"], { hooks });
      await rows.event(["worktree", "add", "--quiet", "--no-checkout", "--detach", rows.box.path("empty")], {
        hooks: [],
      });
      assert.ok(!existsSync(join(rows.top, ".git/worktrees/linked/rebuild-if-needed")));
      assert.ok(!existsSync(rows.box.path("linked", "pkg/glue.py")));
    },
  );
  await t.test("checkout --orphan: silent while all is fresh; the first commit there too", async () => {
    const { code, stderr } = await rows.box.run(rows.top, ["git", "checkout", "--quiet", "--orphan", "new"]);
    assert.deepEqual([code, stderr], [0, ""]);
    await rows.untilIdle();
    await rows.event(["commit", "--quiet", "--message", "first"], { hooks: ["post-commit"] });
    await rows.quietly("switch", "--quiet", "main");
  });
  await t.test("switch -m that leaves conflict markers builds none of them", async () => {
    rows.write("csrc/a.txt", "not committed\n");
    await rows.event(["switch", "--quiet", "--merge", "old"], {
      hooks: MOVED,
      reads: [
        blocked(
          "csrc/a.txt is not merged yet; it is looked at again when that is done",
          "csrc/a.txt changed",
        ),
      ],
      leaves: "blocked",
    });
  });
});

test("bisect", async (t) => {
  const rows = await createEventRows(t);
  for (const text of ["v1\n", "v2\n", "v3\n", "v4\n"]) await rows.commit("csrc/a.txt", text);
  await rows.build();
  const exec = [process.execPath, programUnderTest(), "exec", "--"];
  const start = ["bisect", "start", "HEAD", "HEAD~4"];
  const step = {
    hooks: MOVED,
    reads: [
      "rebuild-if-needed: stale at this bisect step: core. Next: git bisect run rebuild-if-needed exec -- CMD",
    ],
    leaves: "rebuild",
  } as const;

  await t.test("a step builds nothing, and bisect reset is back at the build", async () => {
    await rows.event(start, step);
    await rows.event(["bisect", "reset"], { hooks: MOVED });
  });
  await t.test("bisect run with exec builds each step, and its answer is that of the command", async () => {
    await rows.quietly(...start);
    const before = rows.starts();
    const run = await rows.box.run(rows.top, [
      "git",
      "bisect",
      "run",
      ...exec,
      "grep",
      "-q",
      "one\\|v1",
      "pkg/glue.py",
    ]);
    assert.equal(run.code, 0, run.stdout + run.stderr);
    assert.match(run.stdout, /^([0-9a-f]{40}) is the first bad commit$/m);
    const bad = /^([0-9a-f]{40}) is the first/m.exec(run.stdout)?.[1] ?? "";
    assert.equal(await rows.quietly("show", `${bad}:csrc/a.txt`), "v2");
    assert.equal(rows.starts() - before, 2);
  });
  await t.test("bisect reset to a build that is not kept builds it: that tree stays", async () => {
    rmSync(rows.ws.slotsDir, { recursive: true });
    await rows.event(["bisect", "reset"], {
      hooks: MOVED,
      reads: [building("csrc/a.txt changed")],
      builds: 1,
    });
  });
  await t.test("a commit that cannot be built is skipped, not bad", async () => {
    rmSync(rows.ws.slotsDir, { recursive: true });
    await rows.quietly(...start);
    rows.drive("fail", "1");
    const { code, stdout } = await rows.box.run(rows.top, ["git", "bisect", "run", ...exec, "true"]);
    assert.equal(code, 2, stdout);
    assert.match(stdout, /There are only 'skip'ped commits left to test/);
    rows.release("fail");
  });
  await t.test("what is not about the commit stops the run", async () => {
    await rows.quietly("bisect", "reset");
    const line =
      "rebuild-if-needed: E104 no-such-program was not found (ENOENT). Nothing was run; the build is fresh. Next: command -v no-such-program\n";
    const outside = await rows.box.run(rows.top, [...exec, "no-such-program"]);
    assert.deepEqual([outside.code, outside.stderr], [2, line]);
    await rows.quietly("bisect", "start");
    const inside = await rows.box.run(rows.top, [...exec, "no-such-program"]);
    assert.deepEqual([inside.code, inside.stderr], [128, line]);
  });
});
