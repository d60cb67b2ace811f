/** core.hooksPath names a folder outside the repository: every hook in it runs on, ours run too, and nothing there is touched. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import {
  HOOK_NAMES,
  listHooks,
  lostHooksLine,
  probeHooks,
  uninstallHooks,
  warningsFor,
} from "../../src/install/index.ts";
import { createHookRepo, valueOf, workspaceOf, type HookRepo } from "../helpers/hook-repo.ts";

/** Like those that people write: it reads what git sends, and a file that lies beside it. */
const NOTE = '#!/bin/sh\n. "$(dirname "$0")/common"\nnote "$(basename "$0")" "$@"\n';
const COMMON = 'note() { echo "$@" >>"$SEEN"; cat >>"$SEEN"; }\n';
const NAMES = ["pre-commit", "commit-msg", "post-commit", "post-merge", "pre-push"];

for (const where of ["global", "local", "local, by a line of a person's own"] as const) {
  test(`${where}: hooks outside and ours run; uninstall leaves every byte as it was`, async (t) => {
    const repo = await createOutsideRepo(t, where);
    const { box, top } = repo;
    const before = state(repo);
    const { location } = valueOf(await repo.install());
    assert.deepEqual(location, {
      kind: "chain",
      folder: join(repo.ws.commonDir, "rebuild-if-needed", "hooks-path"),
      outside: box.path("home", "my hooks"),
    });
    assert.deepEqual(seenBy(repo, await box.run(top, ["git", "commit", "--allow-empty", "-m", "x"])), [
      "pre-commit",
      "commit-msg .git/COMMIT_EDITMSG",
      "post-commit",
    ]);
    assert.ok(repo.calls().some((call) => call.argv[1] === "post-commit"));
    await box.git(top, "init", "--quiet", "--bare", "../remote");
    const [pushed] = seenBy(repo, await box.run(top, ["git", "push", "--quiet", "../remote", "main"])).slice(
      1,
    );
    assert.match(
      pushed ?? "",
      /^refs\/heads\/main [0-9a-f]{40} refs\/heads\/main 0{40}$/,
      "its standard input",
    );

    assert.deepEqual(valueOf(await probeHooks(repo.ws, box.environment)).fired, HOOK_NAMES);
    assert.deepEqual(
      valueOf(await repo.install()).hooks.map((hook) => hook.action),
      HOOK_NAMES.map(() => "unchanged"),
    );
    const { left } = valueOf(await uninstallHooks({ ws: repo.ws, environment: box.environment }));
    assert.deepEqual([state(repo), left], [before, []]);
    assert.equal(existsSync(join(repo.ws.commonDir, "rebuild-if-needed")), false);
  });
}

test("a hook outside that says no still says no, and one that is not executable still does not run", async (t) => {
  const repo = await createOutsideRepo(t, "global");
  const folder = repo.box.path("home", "my hooks");
  writeFileSync(join(folder, "commit-msg"), "#!/bin/sh\nexit 3\n");
  chmodSync(join(folder, "pre-commit"), 0o644);
  valueOf(await repo.install());
  const { code } = await repo.box.run(repo.top, ["git", "commit", "--allow-empty", "-m", "x"]);
  assert.notEqual(code, 0);
  assert.equal(existsSync(repo.box.path("seen.txt")), false);
});

test("hooks whose mere presence changes what git does are there only if they are outside", async (t) => {
  const repo = await createOutsideRepo(t, "global");
  const outside = repo.box.path("home", "my hooks");
  const chain = join(repo.ws.commonDir, "rebuild-if-needed", "hooks-path");
  valueOf(await repo.install());
  for (const name of ["push-to-checkout", "proc-receive", "reference-transaction", "update", "common"])
    assert.equal(existsSync(join(chain, name)), false, name);

  for (const name of ["reference-transaction", "push-to-checkout"]) {
    writeFileSync(join(outside, name), '#!/bin/sh\ncat >/dev/null\necho "$0" >>"$SEEN"\n');
    chmodSync(join(outside, name), 0o755);
  }
  const listed = valueOf(await listHooks(repo.ws, repo.box.environment));
  assert.deepEqual(warningsFor(repo.ws, listed.location, listed.hooks), [
    `push-to-checkout, reference-transaction in ${outside} came later and do not run here. Next: rebuild-if-needed install`,
  ]);
  valueOf(await repo.install());
  const [seen] = seenBy(repo, await repo.box.run(repo.top, ["git", "branch", "new"]));
  assert.equal(seen, join(outside, "reference-transaction"));

  for (const name of ["reference-transaction", "push-to-checkout"]) rmSync(join(outside, name));
  await repo.box.git(repo.top, "branch", "newer");
  const gone = await repo.box.run(repo.top, [join(chain, "push-to-checkout")]);
  assert.equal(gone.code, 1, "git's own work is not replaced by nothing");
  valueOf(await repo.install());
  assert.deepEqual(
    readdirSync(chain).filter((name) => /^(push-to|reference)/.test(name)),
    [],
  );
});

test("core.hooksPath names another folder by now: doctor's words, and the next install follows", async (t) => {
  const repo = await createOutsideRepo(t, "global");
  valueOf(await repo.install());
  const settings = repo.box.path("home", ".gitconfig");
  writeFileSync(settings, readFileSync(settings, "utf8").replace("my hooks", "other"));
  const listed = valueOf(await listHooks(repo.ws, repo.box.environment));
  assert.deepEqual(warningsFor(repo.ws, listed.location, listed.hooks), [
    `core.hooksPath now names ${repo.box.path("home", "other")}, which our hooks do not pass on to. Next: rebuild-if-needed install`,
  ]);
  assert.deepEqual(valueOf(await repo.install()).location, { ...listed.location });
});

test("a core.hooksPath that a person sets afterwards counts: ours are said to have gone, and their line stays", async (t) => {
  const repo = await createOutsideRepo(t, "global");
  valueOf(await repo.install());
  await repo.box.git(repo.top, "config", "core.hooksPath", ".hooks");
  await repo.box.git(repo.top, "config", "core.editor", "vi");
  assert.match(lostHooksLine(repo.ws) ?? "", /^rebuild-if-needed: hooks of ours have gone: post-merge, /);
  assert.deepEqual(
    [...new Set(valueOf(await listHooks(repo.ws, repo.box.environment)).hooks.map((hook) => hook.state))],
    ["absent"],
  );
  valueOf(await uninstallHooks({ ws: repo.ws, environment: repo.box.environment }));
  for (const [key, value] of [
    ["core.hooksPath", ".hooks"],
    ["core.editor", "vi"],
  ] as const)
    assert.equal(await repo.box.git(repo.top, "config", "--local", "--get-all", key), value);
  assert.doesNotMatch(repo.box.read(join(repo.ws.commonDir, "config")), /rebuild-if-needed/);
});

test("a linked work tree has the same hooks, and a file that another tool puts among ours is left", async (t) => {
  const repo = await createOutsideRepo(t, "global");
  const { box } = repo;
  valueOf(await repo.install());
  await box.git(repo.top, "worktree", "add", "--quiet", "-b", "linked", "../linked");
  const linked = await workspaceOf(box.path("linked"));
  repo.calls();
  await box.git(linked.top, "commit", "--quiet", "--allow-empty", "-m", "x");
  assert.deepEqual([...new Set(repo.calls().map((call) => call.cwd))], [linked.top]);
  assert.deepEqual(valueOf(await probeHooks(linked, box.environment)).fired, HOOK_NAMES);

  const strange = join(repo.ws.commonDir, "rebuild-if-needed", "hooks-path", "post-receive");
  writeFileSync(strange, "#!/bin/sh\n");
  const { left } = valueOf(await uninstallHooks({ ws: linked, environment: box.environment }));
  assert.deepEqual(left, [
    { path: strange, why: "another tool put it there; git does not look there any more" },
  ]);
  const purged = await box.cli(repo.top, "uninstall", "--purge");
  assert.equal(purged.code, 0, purged.stderr);
  assert.equal(readFileSync(strange, "utf8"), "#!/bin/sh\n");
});

test("core.hooksPath of one work tree alone overrides ours: refused, and all is as it was", async (t) => {
  const repo = await createOutsideRepo(t, "global");
  await repo.box.git(repo.top, "config", "extensions.worktreeConfig", "true");
  await repo.box.git(repo.top, "config", "--worktree", "core.hooksPath", repo.box.path("home", "my hooks"));
  const before = state(repo);
  const result = await repo.install();
  assert.ok(!result.ok);
  assert.match(
    result.failure.message,
    /^core\.hooksPath is set in a place that overrides .* Nothing was changed\.$/,
  );
  assert.deepEqual(state(repo), before);
  assert.equal(existsSync(join(repo.ws.commonDir, "rebuild-if-needed")), false);
});

test("git's configuration is locked by another git: nothing is installed", async (t) => {
  const repo = await createOutsideRepo(t, "global");
  const before = state(repo);
  writeFileSync(join(repo.ws.commonDir, "config.lock"), "");
  const result = await repo.install();
  assert.ok(!result.ok);
  const config = join(repo.ws.commonDir, "config");
  assert.deepEqual(result.failure, {
    code: "E305",
    message: `${config} cannot be written (another git holds its lock). It is as it was.`,
    next: `ls -l '${config}'*`,
    exit: 3,
  });
  assert.deepEqual(state(repo), before);
  assert.equal(existsSync(join(repo.ws.commonDir, "rebuild-if-needed")), false);
});

async function createOutsideRepo(
  t: Parameters<typeof createHookRepo>[0],
  where: "global" | "local" | "local, by a line of a person's own",
): Promise<HookRepo> {
  const plain = await createHookRepo(t);
  const settings = plain.box.path("home", ".gitconfig");
  const folder = plain.box.path("home", "my hooks");
  plain.box.write(join(folder, "common"), COMMON);
  for (const name of NAMES) {
    plain.box.write(join(folder, name), NOTE);
    chmodSync(join(folder, name), 0o755);
  }
  plain.box.write(settings, where === "global" ? "[core]\nhooksPath = ~/my hooks\n" : "");
  const box = plain.box.with({ GIT_CONFIG_GLOBAL: settings, SEEN: plain.box.path("seen.txt") });
  const config = join(plain.ws.commonDir, "config");
  if (where === "local") await box.git(plain.top, "config", "core.hooksPath", folder);
  if (where === "local, by a line of a person's own")
    plain.box.write(config, `${plain.box.read(config)}[Core] HooksPath="../home/my hooks" ; mine`);
  return {
    ...plain,
    box,
    install: (changes = {}) => plain.install({ environment: box.environment, ...changes }),
  };
}

/** What hooks outside have noted of a command that went well. */
function seenBy(
  repo: HookRepo,
  result: { readonly code: number; readonly stderr: string },
): readonly string[] {
  assert.equal(result.code, 0, result.stderr);
  const seen = repo.box.read("seen.txt").trimEnd().split("\n");
  rmSync(repo.box.path("seen.txt"));
  return seen;
}

/** All that must not change: the folder outside, git's own hooks folder, both configurations. */
function state(repo: HookRepo): Readonly<Record<string, string>> {
  const folders = [repo.box.path("home", "my hooks"), join(repo.ws.commonDir, "hooks")];
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const paths = [...files, repo.box.path("home", ".gitconfig"), join(repo.ws.commonDir, "config")];
  return Object.fromEntries(
    paths.map((path) => [path, `${statSync(path).mode} ${readFileSync(path, "latin1")}`]),
  );
}
