/** What git does without telling anybody: the next event sees it, and so does `check`. */
import test from "node:test";
import { createEventRows, RESTORED } from "../helpers/event-rows.ts";

test("operations without a hook", async (t) => {
  const rows = await createEventRows(t);
  await rows.publish("csrc/b.txt", "second\n");
  await rows.quietly("checkout", "--quiet", "--detach", "origin/main");
  await rows.build();
  await rows.quietly("switch", "--quiet", "main");
  await rows.build();
  const patch = rows.box.path("patch");
  rows.box.write(patch, `${await rows.quietly("diff", "main", "origin/main")}\n`);

  await t.test("git apply: `check` sees it, and the next event restores or builds", async () => {
    await rows.event(["apply", patch], { hooks: [], leaves: "restore" });
    await rows.event(["commit", "--quiet", "--allow-empty", "--message", "another"], {
      hooks: ["post-commit"],
      reads: [RESTORED],
      restores: 1,
    });
    await rows.quietly("reset", "--quiet", "--hard");
    await rows.build();
  });
  await t.test("sparse-checkout takes inputs away: `check` sees it; disable brings them back", async () => {
    await rows.event(["sparse-checkout", "set", "pkg"], { hooks: [], leaves: "rebuild" });
    await rows.event(["sparse-checkout", "disable"], { hooks: [] });
  });
  await t.test("read-tree -mu: post-index-change, and a detached look", () =>
    rows.event(["read-tree", "-mu", "HEAD", "origin/main"], { hooks: ["post-index-change"], restores: 1 }),
  );
  await t.test("fetch, branch -f, update-ref and fetch into a branch change no file", async () => {
    for (const argv of [
      ["fetch", "--quiet"],
      ["branch", "--force", "other", "origin/main"],
      ["update-ref", "refs/heads/other", "HEAD"],
      ["fetch", "--quiet", "origin", "main:third"],
      ["update-ref", "HEAD", "origin/main"],
    ])
      await rows.event(argv, { hooks: [] });
  });
});
