/** rebase and pull --rebase, row by row: looked at once git has ended, never between two picks. */
import assert from "node:assert/strict";
import test from "node:test";
import { blocked, building, createEventRows, RESTORED } from "../helpers/event-rows.ts";

const PICKED = ["post-index-change", "post-checkout branch", "post-index-change", "post-commit"];
const NOT_MERGED = "csrc/b.txt is not merged yet; it is looked at again when that is done";

test("rebases that end by themselves", async (t) => {
  const rows = await createEventRows(t);

  await t.test("pull --rebase without local commits is a fast-forward", async () => {
    await rows.publish("csrc/b.txt", "second\n");
    await rows.event(["pull", "--quiet", "--rebase"], {
      hooks: ["post-index-change", "post-merge 0"],
      reads: [building("csrc/b.txt changed")],
      builds: 1,
    });
  });

  await t.test("pull --rebase over local commits: one look, at its end", async () => {
    await rows.commit("README.md", "# mine\n");
    await rows.commit("NOTES.md", "mine\n");
    await rows.publish("csrc/b.txt", "bee\n");
    const hooks = [...PICKED, "post-index-change", "post-commit", "post-rewrite rebase"];
    await rows.event(["pull", "--quiet", "--rebase"], { hooks, reads: [RESTORED], restores: 1 });
  });

  await t.test(
    "rebase --apply: one look, though its post-checkout comes before git has made its mark",
    async () => {
      await rows.publish("csrc/b.txt", "second\n");
      await rows.event(["rebase", "--quiet", "--apply", "origin/main"], {
        hooks: ["post-index-change", "post-checkout branch", "post-applypatch", "post-rewrite rebase"],
        reads: [RESTORED],
        restores: 1,
      });
    },
  );

  await t.test("rebase that is up to date runs no hook", () =>
    rows.event(["rebase", "origin/main"], { hooks: [] }),
  );

  await t.test("rebase of a topic while main is checked out", async () => {
    await rows.quietly("branch", "topic");
    await rows.quietly("reset", "--quiet", "--hard", "origin/main");
    await rows.publish("csrc/b.txt", "bee\n");
    await rows.event(["rebase", "--quiet", "origin/main", "topic"], {
      hooks: [...PICKED, "post-index-change", "post-commit", "post-rewrite rebase"],
      reads: [RESTORED],
      restores: 1,
    });
    await rows.quietly("switch", "--quiet", "main");
    await rows.build();
  });

  await t.test("rebase without local commits: post-checkout alone, and one look after it", () =>
    rows.event(["rebase", "--quiet", "origin/main"], {
      hooks: ["post-index-change", "post-checkout branch"],
      restores: 1,
    }),
  );

  await t.test("rebase whose commits are all upstream already: the same", async () => {
    await rows.commit("csrc/b.txt", "second\n");
    await rows.build();
    await rows.publish("csrc/b.txt", "second\n");
    await rows.publish("csrc/b.txt", "bee\n");
    await rows.event(["rebase", "--quiet", "origin/main"], {
      hooks: ["post-index-change", "post-checkout branch"],
      restores: 1,
    });
  });

  await t.test("rebase -i with a fixup leaves the files as they were: nothing", async () => {
    await rows.commit("csrc/b.txt", "second\n");
    await rows.commit("README.md", "# other\n");
    await rows.quietly("commit", "--quiet", "--allow-empty", "--fixup", "HEAD~1");
    await rows.build();
    await rows.event(["rebase", "--quiet", "--interactive", "--autosquash", "HEAD~3"], {
      hooks: [...PICKED, "post-rewrite amend", "post-index-change", "post-rewrite rebase"],
      env: { GIT_SEQUENCE_EDITOR: "true" },
    });
  });

  await t.test("rebase --rebase-merges runs `git merge` for an octopus: no look at that step", async () => {
    await rows.quietly("reset", "--quiet", "--hard", "origin/main");
    for (const name of ["one", "two"]) {
      await rows.quietly("switch", "--quiet", "--create", name, "main");
      await rows.commit(`${name}.md`, name);
    }
    await rows.quietly("switch", "--quiet", "main");
    await rows.commit("main.md", "main");
    await rows.quietly("merge", "--quiet", "--no-edit", "one", "two");
    await rows.commit("csrc/b.txt", "second\n");
    await rows.build();
    await rows.publish("README.md", "# upstream\n");
    const pick = PICKED.slice(2);
    await rows.event(["rebase", "--quiet", "--rebase-merges", "--no-ff", "origin/main"], {
      hooks: [
        ...PICKED,
        ...pick,
        ...pick,
        "post-index-change",
        "post-merge 0",
        ...pick,
        "post-rewrite rebase",
      ],
    });
  });

  await t.test("pull --rebase --autostash is looked at when the stash came back", async () => {
    await rows.quietly("reset", "--quiet", "--hard", "origin/main");
    await rows.commit("NOTES.md", "mine\n");
    await rows.publish("csrc/c.txt", "sea\n");
    rows.write("csrc/a.txt", "not committed\n");
    await rows.event(["pull", "--quiet", "--rebase", "--autostash"], {
      hooks: [...PICKED, "post-rewrite rebase", "post-index-change"],
      builds: 1,
    });
    assert.equal(rows.read("csrc/a.txt"), "not committed\n");
  });
});

test("rebases that stop", async (t) => {
  const rows = await createEventRows(t);
  await rows.commit("csrc/b.txt", "mine\n");
  await rows.build();
  await rows.publish("csrc/b.txt", "theirs\n");
  await rows.publish("csrc/b.txt", "bee\n");
  const rebase = ["rebase", "--quiet", "origin/main~1"];
  const stops = {
    hooks: ["post-index-change", "post-checkout branch", "post-index-change"],
    keeps: [blocked(NOT_MERGED, "csrc/b.txt changed")],
    leaves: "blocked",
    exit: 1,
  } as const;

  await t.test("a stop builds nothing; without a terminal its line is kept", () => rows.event(rebase, stops));

  await t.test("--abort: all is as before", () =>
    rows.event(["rebase", "--abort"], { hooks: ["post-index-change"] }),
  );

  await t.test("--continue: looked at then", async () => {
    await rows.event(rebase, stops);
    rows.write("csrc/b.txt", "bee\n");
    await rows.quietly("add", "csrc/b.txt");
    await rows.event(["rebase", "--continue"], {
      hooks: ["post-commit", "post-rewrite rebase"],
      reads: [RESTORED],
      restores: 1,
    });
  });

  await t.test("--skip: looked at then", async () => {
    await rows.quietly("reset", "--quiet", "--hard", "origin/main~1");
    await rows.commit("csrc/b.txt", "mine\n");
    await rows.build();
    await rows.event(["rebase", "--quiet", "origin/main"], stops);
    await rows.event(["rebase", "--skip"], {
      hooks: ["post-index-change", "post-rewrite rebase"],
      reads: [RESTORED],
      restores: 1,
    });
  });
});
