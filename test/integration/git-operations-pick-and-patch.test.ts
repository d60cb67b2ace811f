/** cherry-pick, revert, am and commit, row by row. */
import test from "node:test";
import { blocked, createEventRows, RESTORED } from "../helpers/event-rows.ts";

const PICKED = ["post-index-change", "post-commit"];

test("picks, patches and commits", async (t) => {
  const rows = await createEventRows(t);
  const second = await rows.publish("csrc/b.txt", "second\n");
  const bee = await rows.publish("csrc/b.txt", "bee\n");
  const patch = rows.box.path("patch");
  rows.box.write(patch, await rows.quietly("format-patch", "--stdout", "-1", second));
  await rows.quietly("cherry-pick", second);
  await rows.build();
  await rows.quietly("reset", "--quiet", "--hard", "HEAD~1");
  await rows.build();

  await t.test("cherry-pick, and revert", async () => {
    await rows.event(["cherry-pick", second], { hooks: PICKED, reads: [RESTORED], restores: 1 });
    await rows.event(["revert", "--no-edit", "HEAD"], { hooks: PICKED, reads: [RESTORED], restores: 1 });
  });
  await t.test("cherry-pick -n: a detached look; its commit changes nothing more", async () => {
    await rows.event(["cherry-pick", "--no-commit", second], { hooks: ["post-index-change"], restores: 1 });
    await rows.event(["commit", "--quiet", "--message", "picked"], { hooks: ["post-commit"] });
  });
  await t.test("a sequence of picks is looked at after its last one", async () => {
    const other = await rows.commit("README.md", "# other\n");
    await rows.quietly("reset", "--quiet", "--hard", "HEAD~1");
    await rows.event(["cherry-pick", bee, other], { hooks: [...PICKED, ...PICKED], restores: 1 });
  });
  await t.test("a pick that stops, and --abort", async () => {
    await rows.commit("csrc/b.txt", "mine\n");
    await rows.build();
    const line = blocked(
      "csrc/b.txt is not merged yet; it is looked at again when that is done",
      "csrc/b.txt changed",
    );
    const hooks = ["post-index-change"];
    await rows.event(["cherry-pick", second], { hooks, exit: 1, keeps: [line], leaves: "blocked" });
    await rows.event(["cherry-pick", "--abort"], { hooks });
    await rows.quietly("reset", "--quiet", "--hard", "HEAD~1");
    await rows.build();
  });
  await t.test("am: post-applypatch comes between patches, so one look after the last", () =>
    rows.event(["am", "--quiet", patch], { hooks: ["post-applypatch"], restores: 1 }),
  );
  await t.test("commit finds what was edited; commit --amend too, once for its two hooks", async () => {
    rows.write("csrc/b.txt", "bee\n");
    const commit = ["commit", "--quiet", "--all", "--message", "edited"];
    await rows.event(commit, { hooks: ["post-commit"], reads: [RESTORED], restores: 1 });
    rows.write("csrc/b.txt", "second\n");
    rows.write("README.md", "# edited too\n");
    await rows.event(["commit", "--quiet", "--all", "--amend", "--no-edit"], {
      hooks: ["post-commit", "post-rewrite amend"],
      reads: [RESTORED],
      restores: 1,
    });
  });
});
