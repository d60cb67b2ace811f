/** Linked work trees: one with an environment of its own, one that shares the main tree's. */
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { CONFIG, drivenAt, drivenProject, mustRun } from "../helpers/driven-project.ts";
import type { Sandbox } from "../helpers/sandbox.ts";
import { pythonVenv, type Venv } from "../helpers/venv.ts";

const FILES = {
  "rebuild-if-needed.toml": CONFIG.replace(`preset = "none"`, `preset = "setuptools"`).replace(
    `name = "core"`,
    `name = "pkg"`,
  ),
  "setup.py":
    "from setuptools import Extension, setup\nsetup(name='pkg', ext_modules=[Extension('pkg._x', ['csrc/x.c'])])\n",
  "csrc/x.c": "",
};

test("linked work trees and the environments that they build into", async (t) => {
  const main = await drivenProject(t, { files: FILES, name: "main" });
  const { box, top } = main;
  const shared = await venvFor(box, "shared", top);
  const mainShell = box.with(shared.activated);
  await mustRun(mainShell, top, "init", "--yes");
  await mustRun(mainShell, top);
  const linked = box.path("linked");
  await mainShell.git(top, "worktree", "add", "--quiet", "-b", "topic", linked);
  const tree = drivenAt(box, linked);
  tree.write("csrc/a.txt", "topic\n");

  await t.test("the main tree's environment: blocked, for it loads the other tree", async () => {
    const { code, json } = await mainShell.cliJson(linked, "check");
    assert.deepEqual(
      [
        code,
        json.decision,
        json.extensions[0]?.reasons.map(({ kind }) => kind).includes("environment-elsewhere"),
      ],
      [3, "blocked", true],
    );
    for (const words of [[], ["exec", "--", "true"]]) {
      const { code: exit, stderr } = await mainShell.cli(linked, ...words);
      assert.equal(exit, 3);
      assert.match(stderr, /^rebuild-if-needed: E302 blocked: pkg: /);
    }
    assert.equal((await mainShell.cli(linked, "status", "--short")).stdout, "blocked\n");
    const hook = await mainShell.run(linked, ["git", "commit", "--quiet", "--all", "--message", "topic"]);
    assert.equal(hook.code, 0);
    assert.equal(hook.stderr.split("\n").length, 2, `one line: ${hook.stderr}`);
    assert.equal(main.starts(), 1);
  });

  await t.test("an environment of its own: it builds there, and the main tree stays as it is", async () => {
    const own = await venvFor(box, "own", linked);
    const shell = box.with(own.activated);
    await mustRun(shell, linked);
    assert.equal(main.starts(), 2);
    assert.match(await tree.imported(), /topic/);
    assert.match(await main.imported(), /one/);
    assert.equal((await shell.cli(linked, "check")).code, 0);
    assert.equal((await mainShell.cli(top, "check")).code, 0);
  });

  await t.test(
    "from then on events know which environment belongs to which tree, in whatever shell",
    async () => {
      tree.write("csrc/a.txt", "again\n");
      const { code, stderr } = await mainShell.run(linked, [
        "git",
        "commit",
        "--quiet",
        "--all",
        "-m",
        "again",
      ]);
      assert.equal(code, 0);
      assert.match(stderr, /^rebuild-if-needed: rebuilding pkg in the background, /);
      await mustRun(box, linked, "wait");
      assert.match(await tree.imported(), /again/);
      assert.match(await main.imported(), /one/);
    },
  );
});

/** An environment with an editable install of the project from this tree, as pip records it. */
async function venvFor(box: Sandbox, name: string, source: string): Promise<Venv> {
  const venv = await pythonVenv(box, name, []);
  const question = "import sysconfig; print(sysconfig.get_path('purelib'))";
  const { stdout } = await box.run(box.root, [venv.python, "-c", question]);
  const record = join(stdout.trim(), "pkg-1.0.dist-info");
  box.write(join(record, "METADATA"), "Metadata-Version: 2.1\nName: pkg\nVersion: 1.0\n");
  const origin = { dir_info: { editable: true }, url: pathToFileURL(source).href };
  box.write(join(record, "direct_url.json"), JSON.stringify(origin));
  return venv;
}
