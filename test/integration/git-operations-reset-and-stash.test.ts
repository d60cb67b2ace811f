/** reset and stash, row by row: no hook but post-index-change, so one detached look, whose line is kept. */
import assert from "node:assert/strict";
import test from "node:test";
import { CONFIG } from "../helpers/driven-project.ts";
import { blocked, createEventRows, RESTORED } from "../helpers/event-rows.ts";

const hooks = ["post-index-change"];

test("reset and stash restore after git has ended", async (t) => {
  const rows = await createEventRows(t);
  await rows.commit("csrc/a.txt", "two\n");
  await rows.build();

  await t.test("reset --hard", () =>
    rows.event(["reset", "--quiet", "--hard", "HEAD~1"], { hooks, restores: 1 }),
  );
  await t.test("reset --keep", () =>
    rows.event(["reset", "--quiet", "--keep", "HEAD@{1}"], { hooks, restores: 1 }),
  );
  await t.test("a mixed reset moves no file", () =>
    rows.event(["reset", "--quiet", "HEAD~1"], { hooks: [] }),
  );
  await t.test("stash push, and stash pop", async () => {
    await rows.event(["stash", "push", "--quiet"], { hooks, restores: 1 });
    await rows.event(["stash", "pop", "--quiet"], { hooks, restores: 1 });
  });
  await t.test("resets that follow each other at once: the last one counts", async () => {
    await rows.quietly("commit", "--quiet", "--all", "--message", "two again");
    const script = "for i in 1 2 3; do git reset -q --hard HEAD~1; git reset -q --hard ORIG_HEAD; done";
    const { code } = await rows.box.run(rows.top, ["sh", "-c", script]);
    assert.equal(code, 0);
    await rows.untilIdle();
    assert.equal((await rows.box.cli(rows.top, "check")).code, 0);
    await rows.event(["reset", "--quiet", "--hard", "HEAD~1"], { hooks, restores: 1 });
  });
  await t.test(
    "stash pop that leaves conflict markers builds none of them, without a mark of git's",
    async () => {
      rows.write("csrc/a.txt", "not committed\n");
      await rows.quietly("stash", "push");
      await rows.commit("csrc/a.txt", "two\n");
      await rows.build();
      const line = blocked(
        "csrc/a.txt is not merged yet; it is looked at again when that is done",
        "csrc/a.txt changed",
      );
      await rows.event(["stash", "pop", "--quiet"], { hooks, exit: 1, keeps: [line], leaves: "blocked" });
      await rows.event(["checkout", "HEAD", "--", "README.md"], {
        hooks: ["post-checkout file"],
        reads: [line],
        leaves: "blocked",
      });
      await rows.event(["checkout", "--quiet", "HEAD", "--", "csrc/a.txt"], {
        hooks: ["post-checkout file"],
      });
    },
  );
});

test("mode notify through a pipe: what a detached look found is told by the next hook or command", async (t) => {
  const files = { "rebuild-if-needed.toml": `mode = "notify"\n${CONFIG}` };
  const rows = await createEventRows(t, { files });
  const line = "rebuild-if-needed: stale: core: csrc/b.txt changed. Next: rebuild-if-needed";
  await rows.publish("csrc/b.txt", "second\n");
  const stale = { keeps: [line], leaves: "rebuild" } as const;

  await t.test("reset --hard is silent, and the line is kept", () =>
    rows.event(["reset", "--quiet", "--hard", "origin/main"], { hooks, ...stale }),
  );
  await t.test(
    "the next command of git that moves files tells it once, and it is kept while it holds",
    async () => {
      rows.write("README.md", "# not committed\n");
      await rows.event(["stash", "push", "--quiet"], { hooks, reads: [line], ...stale });
    },
  );
  await t.test("a hook that looks itself tells it once too, and then nothing is kept", () =>
    rows.event(["checkout", "--quiet", "main"], {
      hooks: ["post-index-change", "post-checkout branch"],
      reads: [line],
      leaves: "rebuild",
    }),
  );
  await t.test("a typed command tells it, those that show the decision do not say it twice", async () => {
    await rows.event(["stash", "pop", "--quiet"], { hooks, ...stale });
    const { stderr } = await rows.box.cli(rows.top, "check");
    assert.equal(stderr, "");
    const first = await rows.box.cli(rows.top, "wait");
    assert.equal(first.stderr, `${line}\nno build runs\n`);
    assert.equal((await rows.box.cli(rows.top, "history")).stderr, "");
  });
  await t.test("what holds no more is not told", async () => {
    await rows.quietly("reset", "--quiet", "--hard", "HEAD~1");
    await rows.event(["reset", "--quiet", "--hard", "origin/main"], { hooks, ...stale });
    await rows.event(["reset", "--quiet", "--hard", "HEAD~1"], { hooks });
    await rows.event(["reset", "--quiet", "--hard", "origin/main"], { hooks, ...stale });
    await rows.build();
    assert.equal((await rows.box.cli(rows.top, "history")).stderr, "");
  });
  await t.test("a restore is not forbidden by notify, and is nothing to keep", async () => {
    await rows.event(["reset", "--quiet", "--hard", "HEAD~1"], { hooks, restores: 1 });
    await rows.event(["switch", "--quiet", "--detach", "origin/main"], {
      hooks: ["post-index-change", "post-checkout branch"],
      reads: [RESTORED],
      restores: 1,
    });
  });
});
