/** A submodule among the inputs, row by row: its files come after the hooks of the outer repository. */
import { join } from "node:path";
import test from "node:test";
import { createEventRows, type EventRows } from "../helpers/event-rows.ts";

const PULLED = ["post-index-change", "post-merge 0"];

test("submodules", async (t) => {
  const rows = await createEventRows(t, {
    prepare: (box) =>
      box.with({
        GIT_CONFIG_COUNT: "1",
        GIT_CONFIG_KEY_0: "protocol.file.allow",
        GIT_CONFIG_VALUE_0: "always",
      }),
  });
  const library = await rows.box.repository("library");
  const first = await bump(rows, library, "s1\n");
  const lag = (present: string, wanted: string, why: string): string =>
    `rebuild-if-needed: E302 blocked: core: submodule csrc/sub ${present}, the commit wants ${wanted.slice(0, 9)}: git submodule update --init csrc/sub${why}. Nothing was changed. Next: git submodule update --init --recursive csrc/sub`;

  await t.test(
    "a pull that brings a submodule says what to type; submodule update fires nothing",
    async () => {
      const reads = [lag("is not checked out", first, " (csrc/sub is new)")];
      await rows.event(["pull", "--quiet"], { hooks: PULLED, reads, leaves: "blocked" });
      await rows.event(["submodule", "--quiet", "update", "--init"], { hooks: [], leaves: "rebuild" });
      await rows.event(["commit", "--quiet", "--allow-empty", "--message", "next event"], {
        hooks: ["post-commit"],
        reads: [
          "rebuild-if-needed: rebuilding core in the background, about TIME (csrc/sub is new). Watch: rebuild-if-needed wait",
        ],
        builds: 1,
      });
      await rows.quietly("reset", "--quiet", "--soft", "HEAD~1");
    },
  );
  await t.test("a pull that moves the pointer: the same", async () => {
    const second = await bump(rows, library, "s2\n");
    const reads = [lag(`has ${first.slice(0, 9)} checked out`, second, "")];
    await rows.event(["pull", "--quiet"], { hooks: PULLED, reads, leaves: "blocked" });
  });
  await t.test(
    "pull --recurse-submodules updates them after its hooks: built then, and nothing false is said",
    async () => {
      await bump(rows, library, "s3\n");
      await rows.event(["pull", "--quiet", "--recurse-submodules"], { hooks: PULLED, builds: 1 });
    },
  );
  await t.test("with submodule.recurse a plain pull does", async () => {
    await rows.quietly("config", "submodule.recurse", "true");
    await bump(rows, library, "s4\n");
    await rows.event(["pull", "--quiet"], { hooks: PULLED, builds: 1 });
  });
});

/** A new commit of the library, and one of upstream that wants it. */
async function bump({ box, upstream }: EventRows, library: string, text: string): Promise<string> {
  box.write(join(library, "s.txt"), text);
  const id = await box.commit(library, text);
  if (text === "s1\n") await box.git(upstream.top, "submodule", "--quiet", "add", library, "csrc/sub");
  else await box.git(join(upstream.top, "csrc/sub"), "pull", "--quiet");
  await box.commit(upstream.top, "bump");
  return id;
}
