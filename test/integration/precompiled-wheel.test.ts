import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { checked, previewed } from "../helpers/answers.ts";
import { mustRun } from "../helpers/driven-project.ts";
import { vllmLike, type VllmLike } from "../helpers/vllm-like.ts";

/** The clone with the wheel of its commit installed, its hooks, and no compiler in sight. */
async function installed(t: Parameters<typeof vllmLike>[0]): Promise<VllmLike> {
  const scene = await vllmLike(t);
  await mustRun(scene.shell, scene.top, "init", "--yes");
  await mustRun(scene.shell, scene.top);
  return scene;
}

async function reasonsOf({ box, top }: VllmLike, ...args: readonly string[]): Promise<string[]> {
  const { json } = await box.cliJson(top, ...args);
  return json.extensions.flatMap(({ reasons }) => reasons.map(({ text }) => text));
}

test("the wheel of the commit below HEAD is installed, whatever HEAD is", async (t) => {
  const scene = await installed(t);
  const { box, top, git } = scene;
  const first = await box.git(top, "rev-parse", "HEAD");
  assert.deepEqual(scene.runs(), [`wheel ${first}`]);
  assert.equal(await scene.loaded(), "1");
  assert.deepEqual(await checked(scene), ["fresh"]);

  await scene.publish({ "vllm/engine.py": "new = True\n" });
  await git("pull", "--quiet");
  assert.deepEqual(scene.runs(), [], "no native change: the wheel of another commit holds the same");

  const second = await scene.publish({ "csrc/value.h": "#define VALUE 2\n" });
  await scene.makeWheel(second);
  await git("fetch", "--quiet");
  assert.deepEqual(await reasonsOf(scene, "preview"), [
    `csrc/value.h changed; the wheel of ${second.slice(0, 9)} is needed`,
  ]);
  await git("pull", "--quiet");
  assert.deepEqual(scene.runs(), [`wheel ${second}`]);
  assert.equal(await scene.loaded(), "2");

  await git("checkout", "--quiet", "--detach", first);
  assert.deepEqual(scene.runs(), [], "kept");
  assert.equal(await scene.loaded(), "1");

  const third = await scene.publish({ "csrc/value.h": "#define VALUE 3\n" });
  await scene.makeWheel(third);
  await git("fetch", "--quiet");
  await git("checkout", "--quiet", "--detach", "origin/main");
  assert.deepEqual(scene.runs(), [`wheel ${third}`], "on a detached HEAD");

  await git("switch", "--quiet", "--create", "mine");
  box.write(join(top, "vllm/mine.py"), "");
  await box.commit(top, "mine");
  const fourth = await scene.publish({ "csrc/value.h": "#define VALUE 4\n" });
  await scene.makeWheel(fourth);
  await git("pull", "--quiet", "--rebase", "origin", "main");
  assert.deepEqual(scene.runs(), [`wheel ${fourth}`], "after a rebase of my own work");
  assert.equal(await scene.loaded(), "4");
});

test("a native change of one's own needs a compile, and is told so", async (t) => {
  const scene = await installed(t);
  const { box, top, shell } = scene;
  const first = await box.git(top, "rev-parse", "HEAD");
  scene.runs();
  box.write(join(top, "csrc/value.h"), "#define VALUE 7\n");
  const told = `csrc/value.h differs from the wheel of ${first.slice(0, 9)}: this needs a compile: VLLM_USE_PRECOMPILED= rebuild-if-needed`;
  assert.deepEqual(await checked(scene), [
    "blocked",
    "input-changed csrc/value.h",
    "input-changed csrc/value.h",
  ]);
  assert.deepEqual(await reasonsOf(scene, "check"), [told, "csrc/value.h changed"]);
  const own = await box.commit(top, "a kernel of mine");
  assert.equal((await checked(scene))[0], "blocked");
  assert.equal((await previewed(scene, own))[0], "blocked");
  const byHand = await shell.cli(top);
  assert.equal(byHand.code, 3);
  assert.ok(byHand.stderr.includes(told), byHand.stderr);
  assert.deepEqual(scene.runs(), []);

  await mustRun(box.with({ VLLM_USE_PRECOMPILED: "" }), top);
  assert.deepEqual(scene.runs(), ["compile"]);
  assert.equal(await scene.loaded(), "7");
  assert.deepEqual(await checked(scene), ["fresh"]);

  await box.git(top, "reset", "--quiet", "--hard", first);
  await mustRun(box, top, "wait");
  const on = shell.with({ VLLM_USE_PRECOMPILED: "true" });
  assert.match((await on.cli(top, "check")).stdout, /VLLM_USE_PRECOMPILED: unset -> 1/);
});

test("a wheel or a commit that a person names is taken as it is", async (t) => {
  const scene = await vllmLike(t);
  const { box, top, git } = scene;
  const first = await box.git(top, "rev-parse", "HEAD");
  const mine = box.path("mine");
  await box.run(box.root, ["cp", "-r", box.path("wheels", first), mine]);
  const shell = scene.shell.with({
    VLLM_USE_PRECOMPILED: undefined,
    VLLM_PRECOMPILED_WHEEL_LOCATION: mine,
  });
  await mustRun(shell, top, "init", "--yes");
  await mustRun(shell, top);
  assert.deepEqual(scene.runs(), [`wheel ${mine}`]);
  assert.deepEqual(await checked(scene), ["fresh"]);
  box.write(join(top, "csrc/value.h"), "#define VALUE 9\n");
  assert.deepEqual(await checked(scene), ["fresh"], "what the wheel was made from, only they know");

  // The wheel also holds a file that git tracks here: vLLM's setup.py writes over it.
  box.write(join(mine, "vllm/vllm_flash_attn/__init__.py"), "# of the wheel\n");
  assert.deepEqual(await checked(scene), ["rebuild", "input-changed $VLLM_PRECOMPILED_WHEEL_LOCATION"]);
  const { code, stderr } = await box.cli(top);
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /vllm\/vllm_flash_attn\/__init__\.py/,
    "a tracked file that the recipe changed is named",
  );
  assert.deepEqual(scene.runs(), [`wheel ${mine}`]);

  await box.git(top, "checkout", "--quiet", "--", ".");
  const second = await scene.publish({ "csrc/value.h": "#define VALUE 2\n" });
  const pinned = shell.with({
    VLLM_USE_PRECOMPILED: "1",
    VLLM_PRECOMPILED_WHEEL_LOCATION: "",
    VLLM_PRECOMPILED_WHEEL_COMMIT: first,
  });
  await mustRun(pinned, top);
  assert.deepEqual(scene.runs(), [`wheel ${first}`]);
  const { stderr: pulled } = await git("pull", "--quiet");
  const told = `csrc/value.h differs from the wheel of ${first.slice(0, 9)}, which VLLM_PRECOMPILED_WHEEL_COMMIT names`;
  assert.ok(pulled.includes(told), pulled);
  await scene.makeWheel(second);
  await mustRun(pinned.with({ VLLM_PRECOMPILED_WHEEL_COMMIT: "" }), top);
  assert.deepEqual(scene.runs(), [`wheel ${second}`], "without it, it is ours to choose");
});

test("libraries that were there before may be of any wheel", async (t) => {
  const scene = await vllmLike(t);
  const { box, top, shell } = scene;
  const first = await box.git(top, "rev-parse", "HEAD");
  await box.run(box.root, ["cp", "-r", box.path("wheels", first), box.path("wheels", "nightly")]);
  const { code, stderr } = await shell.run(top, ["python3", "setup.py"]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(scene.runs(), ["wheel nightly"]);
  await mustRun(shell, top, "init", "--yes");
  assert.deepEqual(await checked(scene), ["rebuild", "baseline-unproven "]);
  await mustRun(box, top);
  assert.deepEqual(scene.runs(), [`wheel ${first}`]);
});

test("without an upstream no wheel is guessed; no compiler is asked for", async (t) => {
  const scene = await vllmLike(t);
  const { box, top, shell } = scene;
  await mustRun(shell, top, "init", "--yes");
  const doctor = await shell.cli(top, "doctor");
  assert.doesNotMatch(doctor.stdout + doctor.stderr, /compiler|cmake|Python\.h/i);
  await box.git(top, "remote", "remove", "origin");
  const { code, stderr } = await shell.cli(top);
  assert.equal(code, 3);
  assert.match(stderr, /HEAD shares no commit with the main branch of a trusted remote/);
  assert.deepEqual(scene.runs(), []);
});
