/**
 * git in a recipe, as CMake's FetchContent runs it, under hooks of a template folder and a global one: it works on its
 * own clone, fires nothing, and leaves the person's repository alone.
 */
import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { drivenAt, mustRun } from "../helpers/driven-project.ts";
import { createEventRows, isBuildOfSource } from "../helpers/event-rows.ts";
import { workspaceOf } from "../helpers/hook-repo.ts";
import { until } from "../helpers/until.ts";
import { runningBuild } from "../../src/build/running.ts";

/** The recipe: fetches a library, detaches it, makes a branch in it, and writes its environment beside the clone. */
const BUILD = `import os, shutil, subprocess
from pathlib import Path

shutil.rmtree("work", ignore_errors=True)
Path("work").mkdir()
def git(*args, cwd="work/fetched"):
    subprocess.run(["git", *args], check=True, cwd=cwd)
if Path("../library").exists():
    git("clone", "--quiet", "../library", "work/fetched", cwd=".")
    git("checkout", "--quiet", "--detach")
    git("switch", "--quiet", "--create", "patched")
    git("commit", "--quiet", "--allow-empty", "--message", "patched")
names = sorted(name for name in os.environ if name.startswith("GIT_"))
Path("../drive").mkdir(exist_ok=True)
Path("../drive/environment").write_text("\\n".join(names))
with open("../drive/starts", "a") as starts:
    starts.write("start\\n")
source = b"".join(path.read_bytes() for path in sorted(Path("csrc").rglob("*")) if path.is_file())
for name in ["pkg/glue.py", "pkg/more.py"]:
    Path(name).write_text(f"VALUE = {source!r}\\n")
`;

/** What git sets for its hooks or commands and a build must not see. */
const OF_GIT = /^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|CONFIG_PARAMETERS|REFLOG_ACTION|CHERRY_PICK_HELP)$/;

test("a recipe that runs git", async (t) => {
  const rows = await createEventRows(t, { files: { "build.py": BUILD } });
  const { box, top, upstream } = rows;
  await box.commit(await box.repository("library"), "library");
  const quiet = box.with({ REBUILD_IF_NEEDED: "0" });
  const config = box.path("gitconfig");
  const templates = box.path("templates");
  cpSync(join(top, ".git/hooks"), join(templates, "hooks"), { recursive: true });
  const settings = `[init]\n\ttemplateDir = ${templates}\n[core]\n\thooksPath = ${join(templates, "hooks")}\n`;
  const global = box.with({ GIT_CONFIG_GLOBAL: config });
  box.write(config, settings);

  await t.test(
    "in a linked work tree, whose hooks get GIT_DIR, and below hooks that the recipe's git would run",
    async () => {
      const linked = box.path("linked");
      await quiet.git(top, "worktree", "add", "--quiet", "-b", "topic", linked);
      const inLinked = drivenAt(box, linked);
      await mustRun(box, linked);
      await rows.publish("csrc/b.txt", "second\n");
      const before = inLinked.starts();
      const pull = ["git", "pull", "--quiet", "--no-rebase", "origin", "main"];
      const { code, stderr } = await global.run(linked, pull);
      assert.equal(code, 0, stderr);
      assert.equal(
        stderr,
        "rebuild-if-needed: rebuilding core in the background (csrc/b.txt changed). Watch: rebuild-if-needed wait\n",
      );
      const ws = await workspaceOf(linked);
      await until(() => runningBuild(ws) === null, "the builder to end");
      assert.equal(inLinked.starts() - before, 1, "nothing fires itself");
      assert.ok(isBuildOfSource(inLinked));
      assert.equal((await box.cli(linked, "check")).code, 0);
      assert.equal(await box.git(linked, "symbolic-ref", "HEAD"), "refs/heads/topic");
      assert.equal(await box.git(top, "symbolic-ref", "HEAD"), "refs/heads/main");
      assert.equal(await box.git(top, "branch", "--list", "patched"), "");
      assert.equal(await box.git(join(linked, "work/fetched"), "log", "-1", "--format=%s"), "patched");
      const seen = box.read("drive/environment").split("\n");
      assert.deepEqual(
        seen.filter((name) => OF_GIT.test(name)),
        [],
      );
      assert.ok(!existsSync(join(linked, "work/fetched/.git/rebuild-if-needed")));
    },
  );

  await t.test("clone and clone -n under template hooks: silent, and nothing is written there", async () => {
    for (const [name, ...options] of [["cloned"], ["bare-tree", "--no-checkout"]] as const) {
      const clone = ["git", "clone", "--quiet", ...options, upstream.top, name];
      const { code, stdout, stderr } = await global.run(box.root, clone);
      assert.deepEqual([code, stdout + stderr], [0, ""]);
      assert.ok(readdirSync(box.path(name, ".git/hooks")).includes("post-merge"));
      assert.ok(!existsSync(box.path(name, ".git/rebuild-if-needed")));
    }
  });

  await t.test("its first pull names init, in one line", async () => {
    await rows.publish("csrc/b.txt", "third\n");
    const { stderr } = await global.run(box.path("cloned"), ["git", "pull", "--quiet"]);
    assert.equal(
      stderr,
      "rebuild-if-needed: no verified build is recorded here, so nothing is built by itself. Next: rebuild-if-needed init\n",
    );
  });

  await t.test("a repository with nothing that is compiled hears nothing of us", async () => {
    const commit = ["git", "commit", "--quiet", "--allow-empty", "--message", "more"];
    const { code, stdout, stderr } = await global.run(box.path("library"), commit);
    assert.deepEqual([code, stdout + stderr], [0, ""]);
  });
});
