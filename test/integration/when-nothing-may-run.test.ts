/** A held tree, tracked tools, and hooks that were switched off: nothing of the tree is run. */
import assert from "node:assert/strict";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { builtProject, CONFIG, drivenProject, mustRun } from "../helpers/driven-project.ts";
import { createEventScene } from "../helpers/event-scene.ts";

test("exec, verify, the bare command and undo run nothing of a stranger's commit", async (t) => {
  const scene = await createEventScene(t);
  const { box, top, upstream } = scene;
  await scene.commit("csrc/a.txt", "two\n");
  const stranger = box.with({ GIT_AUTHOR_NAME: "Sam Else", GIT_COMMITTER_NAME: "Sam Else" });
  await stranger.git(upstream.top, "switch", "--quiet", "--create", "theirs");
  const mark = box.path("was-run");
  upstream.write("csrc/a.txt", "foreign\n");
  upstream.write("pkg/__init__.py", `open(${JSON.stringify(mark)}, "w").close()\n`);
  upstream.write("build.py", `open(${JSON.stringify(mark)}, "w").close()\n`);
  const id = await stranger.commit(upstream.top, "a gift");
  await stranger.git(upstream.top, "update-ref", "refs/pull/7/head", "HEAD");
  await stranger.git(upstream.top, "switch", "--quiet", "main");
  await stranger.git(upstream.top, "branch", "--quiet", "-D", "theirs");
  await scene.git(["fetch", "--quiet", "origin", "pull/7/head"]);
  const held = `rebuild-if-needed: E301 held: core needs work, but ${id.slice(0, 9)} "a gift" by Sam Else <ada@example.invalid> is neither upstream nor made here. Nothing was run. Next: review it, then: rebuild-if-needed allow\n`;
  const { stderr } = await scene.git(["checkout", "--quiet", "FETCH_HEAD"]);
  assert.equal(stderr, held);
  const starts = scene.starts();
  const before = scene.digest();
  for (const argv of [
    [],
    ["--force"],
    ["exec", "--", "touch", mark],
    ["verify"],
    ["verify", "--explain"],
    ["undo"],
  ]) {
    const answer = await box.cli(top, ...argv);
    assert.equal(answer.code, 3, `${argv.join(" ")}: ${answer.stderr}`);
    assert.equal(answer.stderr, held, argv.join(" "));
  }
  const { code, json } = await box.cliJson(top, "check");
  assert.equal(code, 3);
  assert.equal(json.decision, "held");
  assert.ok(!existsSync(mark), "something of the stranger's tree was run");
  assert.equal(scene.starts(), starts);
  assert.equal(scene.digest(), before);
  await scene.git(["switch", "--quiet", "main"]);
  await scene.settle(0);
});

test("a tracked program is never taken for a tool, wherever PATH points", async (t) => {
  const files = {
    "rebuild-if-needed.toml": CONFIG.replace(`"python", "build.py"`, `"mytool", "build.py"`),
    "bin/mytool": "#!/bin/sh\ntouch ../was-run\n",
    "bin/python3": "#!/bin/sh\ntouch ../was-run\n",
  };
  const project = await drivenProject(t, { files });
  const { box, top } = project;
  for (const name of ["mytool", "python3"]) chmodSync(join(top, "bin", name), 0o755);
  await box.commit(top, "executable");
  for (const folder of [join(top, "bin"), "bin", "./bin", ""]) {
    const shell = box.with({ PATH: `${folder}:${box.environment["PATH"] ?? ""}` });
    const { code, stderr } = await shell.cli(top);
    assert.equal(code, 3);
    assert.equal(
      stderr,
      "rebuild-if-needed: E302 blocked: core: mytool is not on the recorded PATH (no verified build is recorded here). Nothing was changed. Next: rebuild-if-needed doctor\n",
    );
  }
  assert.ok(!existsSync(box.path("was-run")));
});

test("a tracked interpreter is refused", async (t) => {
  const files = {
    "rebuild-if-needed.toml": `interpreter = "bin/python"\n${CONFIG}`,
    "bin/python": "#!/bin/sh\ntouch ../was-run\n",
  };
  const project = await drivenProject(t, { files });
  const { box, top } = project;
  chmodSync(join(top, "bin/python"), 0o755);
  const { code, stderr } = await box.cli(top);
  const text = `rebuild-if-needed: E302 the configured interpreter ${top}/bin/python is tracked by git, so it is never run. Nothing was changed. Next: `;
  assert.ok(stderr.startsWith(text), stderr);
  assert.equal(code, 3);
  assert.ok(!existsSync(box.path("was-run")));
});

test("a configured interpreter that is not there", async (t) => {
  const files = { "rebuild-if-needed.toml": `interpreter = ".venv/bin/python"\n${CONFIG}` };
  const { box, top } = await drivenProject(t, { files });
  const { code, stderr } = await box.cli(top);
  assert.equal(
    stderr,
    `rebuild-if-needed: E302 the configured interpreter ${top}/.venv/bin/python does not exist or cannot be run. Nothing was changed. Next: python3 -m venv ${top}/.venv, or choose another with: rebuild-if-needed init\n`,
  );
  assert.equal(code, 3);
});

for (const variable of [{ CI: "1" }, { REBUILD_IF_NEEDED: "0" }]) {
  const [name = ""] = Object.keys(variable);
  test(`with ${name} set hooks do nothing and typed commands work`, async (t) => {
    const project = await builtProject(t);
    const box = project.box.with(variable);
    const { top } = project;
    project.write("csrc/a.txt", "two\n");
    await box.git(top, "add", "--all");
    const committed = await box.run(top, ["git", "commit", "--quiet", "--message", "two"]);
    assert.equal(committed.stdout + committed.stderr, "");
    assert.equal((await box.run(top, ["git", "reset", "--quiet", "--hard", "HEAD"])).code, 0);
    await mustRun(box, top, "wait");
    assert.equal(project.starts(), 1);
    assert.equal((await box.cli(top, "check")).code, 10);
    assert.equal((await box.cli(top)).code, 0);
    assert.equal(project.starts(), 2);
    assert.match(await project.imported(), /two/);
  });
}

test("mode notify never builds and always says one line", async (t) => {
  const files = { "rebuild-if-needed.toml": `mode = "notify"\n${CONFIG}` };
  const project = await builtProject(t, { files });
  const { box, top } = project;
  project.write("csrc/a.txt", "two\n");
  await box.git(top, "add", "--all");
  const { stderr } = await box.run(top, ["git", "commit", "--quiet", "--message", "two"]);
  assert.equal(stderr, "rebuild-if-needed: stale: core: csrc/a.txt changed. Next: rebuild-if-needed\n");
  await mustRun(box, top, "wait");
  assert.equal(project.starts(), 1);
});
