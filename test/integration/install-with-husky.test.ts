/** husky 9, the real one: our lines go into its user files, its own hooks go on running. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { HOOK_NAMES, listHooks, probeHooks, uninstallHooks } from "../../src/install/index.ts";
import { createHookRepo, valueOf, workspaceOf, type HookRepo } from "../helpers/hook-repo.ts";
import { createManagerScene, LOOKED } from "../helpers/manager-scene.ts";
import { packageRoot } from "../helpers/sandbox.ts";

const STRANGERS =
  "git runs the hooks in .husky of whatever is checked out, a stranger's too. Without them: HUSKY=0 git switch BRANCH";
const PROJECT_HOOKS = HOOK_NAMES.filter((name) => name !== "post-index-change");

test("husky's hook and ours both run, and uninstall gives the project its files back", async (t) => {
  const repo = await createHuskyRepo(t);
  const { box, top } = repo;
  box.write(join(top, ".husky", "post-merge"), "echo husky-$1 >>../seen.txt"); // no line end, not executable
  await box.commit(top, "husky");
  const before = huskyFiles(repo);

  const report = valueOf(await repo.install());
  assert.equal(report.location.kind, "husky");
  assert.deepEqual(report.projectFiles.toSorted(), PROJECT_HOOKS.map((name) => `.husky/${name}`).toSorted());
  assert.deepEqual(
    report.managers.map((manager) => manager.name),
    ["husky"],
  );
  assert.deepEqual(report.warnings, [STRANGERS]);
  assert.doesNotMatch(
    JSON.stringify(huskyFiles(repo)),
    new RegExp(box.root),
    "no path of this machine in the project",
  );

  repo.calls();
  await mergeSomething(repo);
  assert.equal(box.read("seen.txt"), "husky-0\n");
  const events = repo.calls().map((call) => call.argv.join(" "));
  for (const event of ["hook post-merge 0", "hook post-index-change 1 0"])
    assert.ok(events.includes(event), event);

  const { left } = valueOf(await uninstallHooks({ ws: repo.ws, environment: box.environment }));
  assert.deepEqual(left, []);
  assert.deepEqual(huskyFiles(repo), before);
  assert.equal(existsSync(join(repo.ws.commonDir, "rebuild-if-needed")), false);
  assert.equal(await box.git(top, "status", "--porcelain"), "");
});

test("installing twice changes nothing, and running husky again loses nothing", async (t) => {
  const repo = await createHuskyRepo(t);
  valueOf(await repo.install());
  const before = huskyFiles(repo);
  await husky(repo);
  const report = valueOf(await repo.install());
  assert.deepEqual([...new Set(report.hooks.map((hook) => hook.action))], ["unchanged"]);
  assert.deepEqual(report.projectFiles, []);
  assert.deepEqual(huskyFiles(repo), before);
});

test("a failing line of the project's hook still fails git as before", async (t) => {
  const repo = await createHuskyRepo(t);
  repo.box.write(join(repo.top, ".husky", "post-checkout"), "[ -e ok ] && echo never\n");
  const bare = await repo.box.run(repo.top, ["git", "checkout", "-b", "one"]);
  valueOf(await repo.install());
  const result = await repo.box.run(repo.top, ["git", "checkout", "-b", "two"]);
  assert.deepEqual([bare.code, result.code], [1, 1]);
  assert.ok(
    repo.calls().some((call) => call.argv[1] === "post-checkout"),
    "ours ran all the same",
  );
});

test("a clone of a project that carries our lines: they do nothing before install and after uninstall", async (t) => {
  const repo = await createHuskyRepo(t);
  const { box } = repo;
  valueOf(await repo.install());
  await box.commit(repo.top, "our lines, for all");
  await box.git(box.root, "clone", "--quiet", repo.top, "clone");
  const clone = { ...repo, top: box.path("clone"), ws: await workspaceOf(box.path("clone")) };
  await husky(clone);
  repo.calls();
  await mergeSomething(clone);
  assert.deepEqual(repo.calls(), []);

  const report = valueOf(await repo.install({ ws: clone.ws }));
  assert.deepEqual(report.projectFiles, []);
  await box.git(clone.top, "switch", "--quiet", "topic");
  assert.ok(repo.calls().some((call) => call.argv[1] === "post-checkout"));

  const { left } = valueOf(await uninstallHooks({ ws: clone.ws, environment: box.environment }));
  assert.equal(left.length, PROJECT_HOOKS.length);
  assert.equal(await box.git(clone.top, "status", "--porcelain"), "");
  await box.git(clone.top, "switch", "--quiet", "main");
  assert.deepEqual(repo.calls(), []);
});

test("a linked work tree has no husky stubs: said, and it works once husky was run there", async (t) => {
  const repo = await createHuskyRepo(t);
  const { box, top } = repo;
  valueOf(await repo.install());
  await box.commit(top, "our lines");
  await box.git(top, "worktree", "add", "--quiet", "../linked");
  const linked = { ...repo, top: box.path("linked"), ws: await workspaceOf(box.path("linked")) };
  const { warnings } = valueOf(await repo.install({ ws: linked.ws }));
  const bare = `no hook runs in ${linked.top}, which has no .husky/_: run \`npx husky\` there, then \`rebuild-if-needed install\``;
  assert.deepEqual(warnings, [STRANGERS, bare]);
  assert.deepEqual(valueOf(await repo.install()).warnings, [STRANGERS, bare], "the main tree knows of it");
  assert.deepEqual(valueOf(await probeHooks(linked.ws, box.environment)).fired, []);

  await husky(linked);
  assert.deepEqual(valueOf(await probeHooks(linked.ws, box.environment)).silent, ["post-index-change"]);
  valueOf(await repo.install({ ws: linked.ws }));
  assert.deepEqual(valueOf(await probeHooks(linked.ws, box.environment)).silent, []);
  repo.calls();
  await box.git(linked.top, "switch", "--quiet", "-c", "elsewhere");
  assert.ok(repo.calls().some((call) => call.cwd === linked.top && call.argv[1] === "post-checkout"));
});

test("ours in the git dir, then husky: said at once; install goes in by husky, and all of it out again", async (t) => {
  const scene = await createManagerScene(t, {
    ".gitignore": "_\n",
    ".husky/post-merge": "echo husky-was-here\n",
  });
  const bare = scene.snapshot();
  await scene.install();
  assert.equal(scene.lostLine(), null);
  await husky(scene);
  const said = await scene.merge();
  assert.match(said, /husky-was-here/);
  assert.doesNotMatch(said, LOOKED);
  assert.equal(
    scene.lostLine(),
    "rebuild-if-needed: git takes hooks from .husky/_ now, and ours are not there. Next: rebuild-if-needed install",
  );
  assert.match(await scene.doctor(), /^hooks: post-merge is absent, .*\. Next: rebuild-if-needed install$/m);

  await scene.install();
  assert.equal(scene.lostLine(), null);
  assert.match(await scene.merge(), /husky-was-here[^]*rebuild-if-needed: no verified build/);
  await scene.uninstall();
  assert.equal(await scene.box.git(scene.top, "status", "--porcelain"), "");
  await scene.box.git(scene.top, "config", "--unset", "core.hooksPath");
  assert.deepEqual(scene.snapshot(), bare);
});

test("doctor, in a linked work tree without husky's folder: husky is what to type", async (t) => {
  const scene = await createManagerScene(t, { ".gitignore": "_\n", ".husky/post-merge": "echo hi\n" });
  await husky(scene);
  await scene.install();
  await scene.box.git(scene.top, "worktree", "add", "--quiet", "../linked");
  const linked = scene.box.path("linked");
  const { stdout } = await scene.box.cli(linked, "doctor");
  const after = stdout.slice(stdout.indexOf("hooks: "));
  assert.match(after, /^hooks: post-merge is absent, .*\. Next: npx husky && rebuild-if-needed install$/m);
  assert.ok(after.includes(`\n  warning: no hook runs in ${linked}, which has no .husky/_: `), after);
});

test("the probe goes through husky, and starts no command of the project", async (t) => {
  const repo = await createHuskyRepo(t);
  repo.box.write(join(repo.top, ".husky", "post-merge"), "echo run >../seen.txt\n");
  valueOf(await repo.install());
  const { fired, silent, untried } = valueOf(await probeHooks(repo.ws, repo.box.environment));
  assert.deepEqual(
    [fired.toSorted(), silent, untried],
    [HOOK_NAMES.filter((name) => name !== "post-merge").toSorted(), [], ["post-merge"]],
  );
  assert.equal(existsSync(repo.box.path("seen.txt")), false);
  const off = valueOf(await probeHooks(repo.ws, { ...repo.box.environment, HUSKY: "0" }));
  assert.deepEqual(off.fired, ["post-index-change"], "husky is switched off, ours beside it is not");
});

test("lines that a person took out of one file are seen", async (t) => {
  const repo = await createHuskyRepo(t);
  valueOf(await repo.install());
  repo.box.write(join(repo.top, ".husky", "post-merge"), "echo mine\n");
  const listed = valueOf(await listHooks(repo.ws, repo.box.environment)).hooks;
  assert.deepEqual(
    listed.filter((hook) => hook.state !== "installed").map(({ name, state }) => [name, state]),
    [["post-merge", "overwritten"]],
  );
  valueOf(await uninstallHooks({ ws: repo.ws, environment: repo.box.environment }));
  assert.equal(repo.box.read(join(repo.top, ".husky", "post-merge")), "echo mine\n");
});

test("husky 8, which has no stubs: our lines are in files that git itself runs", async (t) => {
  const repo = await createHookRepo(t);
  const { box, top } = repo;
  box.write(join(top, ".husky", "_", "husky.sh"), ":\n");
  box.write(
    join(top, ".husky", "post-merge"),
    '#!/bin/sh\n. "$(dirname -- "$0")/_/husky.sh"\necho 8 >>../seen.txt\n',
  );
  chmodSync(join(top, ".husky", "post-merge"), 0o755);
  await box.git(top, "config", "core.hooksPath", ".husky");
  await box.commit(top, "husky 8");
  valueOf(await repo.install());
  repo.calls();
  await mergeSomething(repo);
  assert.equal(box.read("seen.txt"), "8\n");
  const events = new Set(repo.calls().map((call) => call.argv[1]));
  assert.deepEqual([...events].toSorted(), [
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
  ]);
  valueOf(await uninstallHooks({ ws: repo.ws, environment: box.environment }));
  assert.equal(await box.git(top, "status", "--porcelain"), "");
});

async function createHuskyRepo(t: Parameters<typeof createHookRepo>[0]): Promise<HookRepo> {
  const repo = await createHookRepo(t);
  await husky(repo);
  return repo;
}

async function husky(repo: Pick<HookRepo, "box" | "top">): Promise<void> {
  const program = join(packageRoot(), "node_modules", "husky", "bin.js");
  const result = await repo.box.run(repo.top, [process.execPath, program]);
  assert.deepEqual(result, { code: 0, stdout: "", stderr: "" });
}

async function mergeSomething({ box, top }: HookRepo): Promise<void> {
  await box.git(top, "switch", "--quiet", "-c", "topic");
  box.write(join(top, "c.txt"), "c\n");
  await box.git(top, "add", "c.txt");
  await box.git(top, "commit", "--quiet", "--message", "topic");
  await box.git(top, "switch", "--quiet", "main");
  await box.git(top, "merge", "--quiet", "topic");
}

/** The project's husky files and those beside husky's stubs: modes and bytes. */
function huskyFiles(repo: HookRepo): Record<string, string> {
  const folder = join(repo.top, ".husky");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  const outside = paths.filter((path) => !path.endsWith("/_/post-index-change"));
  return Object.fromEntries(
    outside.map((path) => [
      path.slice(folder.length + 1),
      `${statSync(path).mode} ${readFileSync(path, "latin1")}`,
    ]),
  );
}
