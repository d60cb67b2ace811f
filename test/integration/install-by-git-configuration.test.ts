/** git 2.54 and newer start hooks that their configuration names: ours go in that way where files would be lost or refused. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { HOOK_NAMES, listHooks, lostHooksLine, probeHooks, uninstallHooks } from "../../src/install/index.ts";
import { createHookRepo, valueOf, workspaceOf, type HookRepo } from "../helpers/hook-repo.ts";
import { NEW_GIT, SKIP_WITHOUT_NEW_GIT } from "../helpers/new-git.ts";
import { packageRoot, type Sandbox } from "../helpers/sandbox.ts";

const skip = SKIP_WITHOUT_NEW_GIT;
const NOTE = '#!/bin/sh\necho "$0" >>../seen.txt\n';

test(
  "husky: no file of the project changes, and linked work trees without its folder are served too",
  { skip },
  async (t) => {
    const repo = await createNewGitRepo(t);
    const { box, top } = repo;
    box.write(join(top, ".gitignore"), "_\n");
    box.write(join(top, ".husky", "post-merge"), "echo husky >>../seen.txt\n");
    await box.commit(top, "husky");
    await husky(repo);
    const before = box.read(join(repo.ws.commonDir, "config"));

    const report = valueOf(await repo.install());
    assert.deepEqual([report.location.kind, report.projectFiles, report.managers], ["config", [], []]);
    assert.equal(await box.git(top, "status", "--porcelain"), "");
    await husky(repo); // again
    await mergeSomething(repo);
    assert.equal(box.read("seen.txt"), "husky\n");
    assertCalled(repo, "post-merge", top);

    await box.git(top, "worktree", "add", "--quiet", "-b", "linked", "../linked");
    const linked = await workspaceOf(box.path("linked"));
    repo.calls();
    await box.git(linked.top, "switch", "--quiet", "-c", "topic");
    assertCalled(repo, "post-checkout", linked.top);
    assert.deepEqual(valueOf(await probeHooks(linked, box.environment)), {
      fired: HOOK_NAMES,
      silent: [],
      untried: [],
    });

    valueOf(await uninstallHooks({ ws: linked, environment: box.environment }));
    assert.equal(box.read(join(repo.ws.commonDir, "config")), before);
    assert.equal(existsSync(join(repo.ws.commonDir, "rebuild-if-needed")), false);
  },
);

test(
  "lines of ours that the project carries in its husky files: ours stay there, and each event looks once",
  { skip },
  async (t) => {
    const repo = await createNewGitRepo(t);
    const { box, top } = repo;
    box.write(join(top, ".husky", "_", "h"), "");
    await box.git(top, "config", "core.hooksPath", ".husky/_");
    valueOf(await repo.install({ useConfig: false }));
    assert.equal(valueOf(await repo.install()).location.kind, "husky");
  },
);

test(
  "a tracked folder: its hooks run and ours too, and a warning tells of strangers",
  { skip },
  async (t) => {
    const repo = await createNewGitRepo(t);
    const { box, top } = repo;
    writeHook(box, join(top, "tools", "hooks", "post-merge"));
    await box.commit(top, "hooks of the project");
    await box.git(top, "config", "core.hooksPath", "tools/hooks");
    assert.deepEqual(valueOf(await repo.install()).warnings, [
      "git runs the hooks in tools/hooks of whatever is checked out, a stranger's too. " +
        "Without them: git -c core.hooksPath=/dev/null switch BRANCH",
    ]);
    await mergeSomething(repo);
    assert.equal(box.read("seen.txt"), "tools/hooks/post-merge\n");
    assertCalled(repo, "post-merge", top);
    assert.equal(await box.git(top, "status", "--porcelain"), "");
  },
);

test(
  "a folder outside, and hooks that you have configured: nobody else's is started by the probe",
  { skip },
  async (t) => {
    const repo = await createNewGitRepo(t);
    const { box, top } = repo;
    writeHook(box, box.path("home", "hooks", "post-merge"));
    await box.git(top, "config", "core.hooksPath", box.path("home", "hooks"));
    await box.git(top, "config", "hook.mine.event", "post-merge");
    await box.git(top, "config", "hook.mine.command", "echo mine >>../seen.txt");
    const before = box.read(join(repo.ws.commonDir, "config"));
    assert.equal(valueOf(await repo.install()).location.kind, "config");
    assert.deepEqual(valueOf(await probeHooks(repo.ws, box.environment)).fired, HOOK_NAMES);
    assert.equal(existsSync(box.path("seen.txt")), false);
    await mergeSomething(repo);
    assert.equal(box.read("seen.txt"), `mine 0\n${box.path("home", "hooks", "post-merge")}\n`);
    assertCalled(repo, "post-merge", top);

    await box.git(top, "config", "hook.post-merge.enabled", "false");
    assert.deepEqual(valueOf(await probeHooks(repo.ws, box.environment)).silent, ["post-merge"]);
    await box.git(top, "config", "--remove-section", "hook.post-merge");
    valueOf(await uninstallHooks({ ws: repo.ws, environment: box.environment }));
    assert.equal(box.read(join(repo.ws.commonDir, "config")), before);
  },
);

test(
  "hook files of ours beside a hook that you have configured: the probe starts ours alone",
  { skip },
  async (t) => {
    const repo = await createNewGitRepo(t);
    const { box, top } = repo;
    await box.git(top, "config", "hook.mine.event", "post-merge");
    await box.git(top, "config", "hook.mine.command", "echo mine >>../seen.txt");
    assert.equal(
      valueOf(await repo.install()).location.kind,
      "folder",
      "files last here, and every git runs them",
    );
    assert.deepEqual(valueOf(await probeHooks(repo.ws, box.environment)).fired, HOOK_NAMES);
    assert.equal(existsSync(box.path("seen.txt")), false);
    await mergeSomething(repo);
    assert.equal(box.read("seen.txt"), "mine 0\n");
    assertCalled(repo, "post-merge", top);
  },
);

test(
  "a manager comes, an older git comes: the next install changes the way, and leaves no second look",
  { skip },
  async (t) => {
    const repo = await createNewGitRepo(t);
    const { box, top } = repo;
    const folder = join(repo.ws.commonDir, "hooks");
    writeHook(box, join(folder, "post-merge"));
    const names = (): readonly string[] => readdirSync(folder).filter((name) => !name.endsWith(".sample"));
    valueOf(await repo.install());
    assert.equal(names().length, HOOK_NAMES.length + 1);

    box.write(join(top, "lefthook.yml"), "");
    assert.equal(
      valueOf(await listHooks(repo.ws, box.environment)).location.kind,
      "folder",
      "until install is run",
    );
    assert.equal(valueOf(await repo.install()).location.kind, "config");
    assert.deepEqual(names(), ["post-merge"]);
    await mergeSomething(repo);
    assertCalled(repo, "post-merge", top);

    valueOf(await repo.install({ useConfig: false }));
    assert.equal(names().length, HOOK_NAMES.length + 1);
    assert.doesNotMatch(box.read(join(repo.ws.commonDir, "config")), /rebuild-if-needed/);
    await mergeSomething(repo);
    assertCalled(repo, "post-merge", top);
    valueOf(await uninstallHooks({ ws: repo.ws, environment: box.environment }));
    assert.deepEqual(names(), ["post-merge"]);
  },
);

test("a section that a person took out of the configuration is missed", { skip }, async (t) => {
  const repo = await createNewGitRepo(t);
  repo.box.write(join(repo.top, "lefthook.yml"), "");
  valueOf(await repo.install());
  await repo.box.git(repo.top, "config", "--remove-section", "hook.rebuild-if-needed-post-merge");
  assert.match(lostHooksLine(repo.ws) ?? "", /hooks of ours have gone: post-merge\. Next: /);
  const { hooks } = valueOf(await listHooks(repo.ws, repo.box.environment));
  assert.deepEqual(hooks.find((hook) => hook.state !== "installed")?.name, "post-merge");
  valueOf(await repo.install());
  assert.equal(lostHooksLine(repo.ws), null);
  assert.deepEqual(valueOf(await probeHooks(repo.ws, repo.box.environment)).fired, HOOK_NAMES);
});

async function createNewGitRepo(t: Parameters<typeof createHookRepo>[0]): Promise<HookRepo> {
  const repo = await createHookRepo(t);
  const box = repo.box.with(NEW_GIT);
  return {
    ...repo,
    box,
    install: (changes = {}) => repo.install({ environment: box.environment, useConfig: true, ...changes }),
  };
}

async function husky({ box, top }: HookRepo): Promise<void> {
  const program = join(packageRoot(), "node_modules", "husky", "bin.js");
  const { code, stderr } = await box.run(top, [process.execPath, program]);
  assert.equal(code, 0, stderr);
}

async function mergeSomething({ box, top }: HookRepo): Promise<void> {
  const other = await box.git(top, "commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "other");
  await box.git(top, "merge", "--quiet", "--no-ff", "-m", "merge", other);
}

/** Ours was called for this event exactly once, in that work tree. */
function assertCalled(repo: HookRepo, event: string, top: string): void {
  const calls = repo.calls().filter((call) => call.argv[1] === event);
  assert.deepEqual(
    calls.map((call) => call.cwd),
    [top],
  );
}

function writeHook(box: Sandbox, path: string): void {
  box.write(path, NOTE);
  chmodSync(path, 0o755);
}
