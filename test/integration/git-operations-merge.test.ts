/** pull and merge, row by row: which hook comes, what is done, what is read, and that the decision is the truth. */
import assert from "node:assert/strict";
import test from "node:test";
import { blocked, building, createEventRows, RESTORED } from "../helpers/event-rows.ts";

const B_CHANGED = "csrc/b.txt changed";
const A_CHANGED = "csrc/a.txt changed";
const STOPPED = blocked(
  "csrc/a.txt is not merged yet; it is looked at again when that is done",
  "csrc/a.txt changed",
);

test("merges that end by themselves", async (t) => {
  const rows = await createEventRows(t);

  await t.test("a pull that fast-forwards builds", async () => {
    await rows.publish("csrc/b.txt", "second\n");
    const hooks = ["post-index-change", "post-merge 0"];
    await rows.event(["pull", "--quiet"], { hooks, reads: [building(B_CHANGED)], builds: 1 });
  });

  await t.test("a pull that is up to date runs no hook", () =>
    rows.event(["pull", "--quiet"], { hooks: [] }),
  );

  await t.test("a true merge restores what was built of the same source", async () => {
    await rows.commit("README.md", "# mine\n");
    await rows.publish("csrc/b.txt", "bee\n");
    const hooks = ["post-index-change", "post-merge 0"];
    const argv = ["pull", "--quiet", "--no-rebase", "--no-edit"];
    await rows.event(argv, { hooks, reads: [RESTORED], restores: 1 });
  });

  await t.test("merge --no-ff", async () => {
    await rows.quietly("push", "--quiet", "origin", "HEAD:refs/heads/clone");
    await rows.upstream.box.git(rows.upstream.top, "merge", "--quiet", "clone");
    await rows.publish("csrc/b.txt", "second\n");
    const hooks = ["post-index-change", "post-merge 0"];
    const argv = ["merge", "--quiet", "--no-ff", "--no-edit", "origin/main"];
    await rows.event(argv, { hooks, reads: [RESTORED], restores: 1 });
    assert.equal((await rows.quietly("rev-list", "--parents", "-1", "HEAD")).split(" ").length, 3);
  });

  await t.test("an octopus merge is looked at once, with all its branches", async () => {
    for (const name of ["one", "two"]) {
      await rows.quietly("switch", "--quiet", "--create", name, "main");
      await rows.commit(`csrc/${name}.txt`, `${name}\n`);
    }
    await rows.quietly("switch", "--quiet", "main");
    const hooks = ["post-index-change", "post-merge 0"];
    const reads = [building("csrc/one.txt is new and 1 more")];
    await rows.event(["merge", "--quiet", "--no-edit", "one", "two"], { hooks, reads, builds: 1 });
  });

  await t.test("merge -s ours changes no file, and is silent", async () => {
    await rows.quietly("switch", "--quiet", "--create", "theirs");
    await rows.commit("csrc/theirs.txt", "theirs\n");
    await rows.quietly("switch", "--quiet", "main");
    await rows.event(["merge", "--quiet", "--no-edit", "-s", "ours", "theirs"], { hooks: ["post-merge 0"] });
  });
});

test("merges that stop before the commit", async (t) => {
  const rows = await createEventRows(t);

  await t.test("merge --no-commit waits; its commit builds", async () => {
    await rows.commit("README.md", "# mine\n");
    await rows.publish("csrc/b.txt", "second\n");
    const line = blocked("a merge is under way; it is looked at again when it ends", B_CHANGED);
    await rows.event(["merge", "--quiet", "--no-commit", "origin/main"], {
      hooks: ["post-index-change"],
      keeps: [line],
      leaves: "blocked",
    });
    const reads = [building(B_CHANGED)];
    await rows.event(["commit", "--quiet", "--no-edit"], { hooks: ["post-commit"], reads, builds: 1 });
  });

  await t.test("merge --squash builds what lies there; its commit changes nothing more", async () => {
    await rows.publish("csrc/b.txt", "third\n");
    const reads = [building(B_CHANGED)];
    const hooks = ["post-index-change", "post-merge 1"];
    await rows.event(["merge", "--quiet", "--squash", "origin/main"], { hooks, reads, builds: 1 });
    await rows.event(["commit", "--quiet", "--message", "squashed"], { hooks: ["post-commit"] });
  });

  await t.test("pull --autostash is looked at when the stash came back", async () => {
    await rows.quietly("reset", "--quiet", "--hard", "origin/main");
    await rows.build();
    rows.write("csrc/a.txt", "not committed\n");
    await rows.publish("csrc/b.txt", "fourth\n");
    const hooks = ["post-index-change", "post-merge 0", "post-index-change"];
    await rows.event(["pull", "--quiet", "--autostash"], { hooks, builds: 1 });
    assert.equal(rows.read("csrc/a.txt"), "not committed\n");
  });
});

test("a pull that stops in a conflict says so, though no hook that could comes", async (t) => {
  const rows = await createEventRows(t);
  await rows.commit("csrc/a.txt", "mine\n");
  await rows.build();
  await rows.publish("csrc/a.txt", "theirs\n");
  const pull = ["pull", "--quiet", "--no-rebase", "--no-edit"];
  const stops = {
    hooks: ["post-index-change"],
    keeps: [STOPPED],
    leaves: "blocked",
    exit: 1,
  } as const;

  await t.test("without a terminal the line is kept, and the next typed command tells it once", async () => {
    await rows.event(pull, stops);
    for (const expected of [`${STOPPED}\n`, ""]) {
      const { code, stderr } = await rows.box.cli(rows.top, "history");
      assert.deepEqual([code, stderr], [0, expected]);
    }
  });

  await t.test("merge --abort: all is as before, and nothing is said", () =>
    rows.event(["merge", "--abort"], { hooks: ["post-index-change"] }),
  );

  await t.test("reset --merge: the same, and what was kept holds no more", async () => {
    await rows.event(pull, stops);
    await rows.event(["reset", "--quiet", "--merge"], { hooks: ["post-index-change"] });
  });

  for (const [name, argv] of [
    ["git commit", ["commit", "--quiet", "--no-edit"]],
    ["merge --continue", ["merge", "--continue"]],
  ] as const) {
    await t.test(`resolved by ${name}: built then`, async () => {
      await rows.event(pull, stops);
      rows.write("csrc/a.txt", `both, by ${name}\n`);
      await rows.event(["add", "csrc/a.txt"], {
        hooks: [],
        keeps: [STOPPED],
        leaves: "blocked",
      });
      await rows.event(argv, { hooks: ["post-commit"], reads: [building(A_CHANGED)], builds: 1 });
      await rows.publish("csrc/a.txt", `theirs after ${name}\n`);
    });
  }
});
