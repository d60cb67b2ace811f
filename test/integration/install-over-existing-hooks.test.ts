/** Hooks that were there first: they run first, git sees their exit codes, and they come back byte for byte. */
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { HOOK_NAMES, listHooks, uninstallHooks } from "../../src/install/index.ts";
import { createHookRepo, valueOf, type HookRepo } from "../helpers/hook-repo.ts";

test("in an untouched clone all six hooks fire, and leave nothing behind", async (t) => {
  const repo = await createHookRepo(t, "a folder with spaces, 'quotes' and ü");
  const before = snapshot(repo);
  const report = valueOf(await repo.install());
  assert.deepEqual(
    report.hooks.map(({ name, action }) => [name, action]),
    HOOK_NAMES.map((name) => [name, "created"]),
  );
  assert.deepEqual([report.projectFiles, report.managers, report.warnings], [[], [], []]);

  const { box, top } = repo;
  await box.git(top, "switch", "-c", "topic");
  box.write(join(top, "b.txt"), "b\n");
  await box.commit(top, "second");
  await box.git(top, "commit", "--amend", "--message", "second, again");
  await box.git(top, "switch", "main");
  await box.git(top, "format-patch", "-1", "topic", "--output", box.path("p.patch"));
  await box.git(top, "merge", "--squash", "topic");
  await box.git(top, "reset", "--hard");
  await box.git(top, "am", box.path("p.patch"));
  assert.deepEqual(
    [...new Set(repo.calls().map((call) => call.argv[1]))].toSorted(),
    [...HOOK_NAMES].toSorted(),
  );

  valueOf(await uninstallHooks(repo));
  assert.deepEqual(snapshot(repo), before);
  assert.equal(existsSync(repo.ws.stateDir), false);
});

test("installing twice changes nothing", async (t) => {
  const repo = await createHookRepo(t);
  writeHook(repo, "post-merge", "#!/bin/sh\n");
  valueOf(await repo.install());
  const before = snapshot(repo, "with times");
  const report = valueOf(await repo.install());
  assert.deepEqual([...new Set(report.hooks.map((hook) => hook.action))], ["unchanged"]);
  assert.equal(report.hooks[0]?.earlier, join(hooksFolder(repo), "post-merge.before-rebuild-if-needed"));
  assert.deepEqual(snapshot(repo, "with times"), before);
});

const EARLIER_HOOKS: Readonly<Record<string, { readonly text: string | Buffer; readonly mode: number }>> = {
  "with a line end": { text: "#!/bin/sh\nexit 0\n", mode: 0o755 },
  "without a line end": { text: "#!/bin/sh\nexit 0", mode: 0o711 },
  "of bytes that are no text": { text: Buffer.from([0x23, 0x21, 0xff, 0x00, 0xfe, 0x0d]), mode: 0o750 },
  "that is not executable": { text: "#!/bin/sh\nexit 7\n", mode: 0o644 },
  "that is empty": { text: "", mode: 0o755 },
};

for (const [what, { text, mode }] of Object.entries(EARLIER_HOOKS)) {
  test(`an earlier hook ${what} comes back as it was`, async (t) => {
    const repo = await createHookRepo(t);
    for (const name of HOOK_NAMES) writeHook(repo, name, text, mode);
    const before = snapshot(repo, "with times");
    const report = valueOf(await repo.install());
    assert.deepEqual([...new Set(report.hooks.map((hook) => hook.action))], ["chained"]);
    const listed = valueOf(await listHooks(repo.ws, repo.box.environment)).hooks;
    assert.ok(listed.every((hook) => hook.state === "installed" && hook.earlier !== null));
    const { restored, left } = valueOf(await uninstallHooks(repo));
    assert.equal(restored.length, HOOK_NAMES.length);
    assert.deepEqual(left, []);
    assert.deepEqual(snapshot(repo, "with times"), before);
  });
}

test("an earlier hook that is a link, dangling or not, comes back as a link", async (t) => {
  const repo = await createHookRepo(t);
  writeHook(repo, "shared", "#!/bin/sh\necho shared >>seen.txt\n");
  symlinkSync("shared", join(hooksFolder(repo), "post-merge"));
  symlinkSync("/nowhere", join(hooksFolder(repo), "post-commit"));
  valueOf(await repo.install());
  await repo.box.commit(repo.top, "with a dangling earlier hook");
  await mergeSomething(repo);
  assert.equal(repo.box.read(join(repo.top, "seen.txt")), "shared\n");
  valueOf(await uninstallHooks(repo));
  assert.equal(readlinkSync(join(hooksFolder(repo), "post-merge")), "shared");
  assert.equal(readlinkSync(join(hooksFolder(repo), "post-commit")), "/nowhere");
});

test("an earlier hook runs first, with the same arguments and input", async (t) => {
  const repo = await createHookRepo(t);
  const script = 'rm -f ../calls.log\n{ printf "%s|" "$@"; cat; } >>../seen.txt\n'; // calls before it would be lost
  writeHook(repo, "post-rewrite", `#!/bin/sh\n${script}`);
  valueOf(await repo.install());
  const old = await repo.box.git(repo.top, "rev-parse", "HEAD");
  await repo.box.git(repo.top, "commit", "--amend", "--message", "other words");
  const now = await repo.box.git(repo.top, "rev-parse", "HEAD");
  assert.equal(repo.box.read("seen.txt"), `amend|${old} ${now}\n`);
  assert.deepEqual(
    repo.calls().map((call) => call.argv),
    [["hook", "post-rewrite", "amend"]],
  );
});

test("git's exit codes are those of the earlier hooks", async (t) => {
  const repo = await createHookRepo(t);
  await repo.box.git(repo.top, "branch", "other");
  const codes = async (): Promise<number[]> => {
    const commands = [
      ["git", "checkout", "other"],
      ["git", "checkout", "main"],
      ["git", "commit", "--allow-empty", "-m", "x"],
    ];
    const results: number[] = [];
    for (const argv of commands) results.push((await repo.box.run(repo.top, argv)).code);
    return results;
  };
  const scripts = ["exit 3", "exit 0", "kill -TERM $$", "exit 255"];
  for (const script of scripts) {
    const { box } = repo;
    for (const name of ["post-checkout", "post-commit"]) writeHook(repo, name, `#!/bin/sh\n${script}\n`);
    const bare = await codes();
    valueOf(await repo.install());
    assert.deepEqual(await codes(), bare, script);
    assert.ok(repo.calls().length > 0, "ours ran as well");
    valueOf(await uninstallHooks({ ws: repo.ws, environment: box.environment }));
    assert.deepEqual(await codes(), bare, script);
  }
});

test("git goes on when our program fails", async (t) => {
  const repo = await createHookRepo(t);
  const { target } = valueOf(await repo.install());
  writeFileSync(target.program, "process.exit(9);\n");
  await repo.box.git(repo.top, "checkout", "-b", "other");
  writeFileSync(target.program, "this is not JavaScript\n");
  await repo.box.git(repo.top, "checkout", "main");
});

test("lines that a person adds to our hook run, and outlive it", async (t) => {
  const repo = await createHookRepo(t);
  valueOf(await repo.install());
  const path = join(hooksFolder(repo), "post-checkout");
  writeFileSync(path, `${readFileSync(path, "latin1")}echo "$1 $2" >../seen.txt\n`);
  const head = await repo.box.git(repo.top, "rev-parse", "HEAD");
  await repo.box.git(repo.top, "checkout", "-b", "other");
  assert.equal(repo.box.read("seen.txt"), `${head} ${head}\n`);
  assert.equal(repo.calls().filter((call) => call.argv[1] === "post-checkout").length, 1);

  // Another program path brings the lines up to date, and only these.
  const again = valueOf(await repo.install({ program: process.execPath }));
  assert.deepEqual([...new Set(again.hooks.map((hook) => hook.action))], ["updated"]);
  assert.match(readFileSync(path, "utf8"), /^echo "\$1 \$2"/m);

  const { trimmed } = valueOf(await uninstallHooks(repo));
  assert.deepEqual(trimmed, [path]);
  assert.equal(readFileSync(path, "utf8"), '#!/bin/sh\necho "$1 $2" >../seen.txt\n');
  assert.equal(statSync(path).mode & 0o777, 0o755);
});

test("a hook of ours that lost its executable bit gets it back", async (t) => {
  const repo = await createHookRepo(t);
  valueOf(await repo.install());
  chmodSync(join(hooksFolder(repo), "post-merge"), 0o644);
  assert.equal(valueOf(await repo.install()).hooks[0]?.action, "updated");
  assert.equal(statSync(join(hooksFolder(repo), "post-merge")).mode & 0o777, 0o755);
});

test("a folder in the place of a hook is refused before anything is written", async (t) => {
  const repo = await createHookRepo(t);
  repo.box.write(join(hooksFolder(repo), "post-rewrite", "x"), "");
  const before = snapshot(repo);
  const result = await repo.install();
  assert.ok(!result.ok);
  assert.deepEqual(result.failure, {
    code: "E305",
    message: `${join(hooksFolder(repo), "post-rewrite")} is a folder. Nothing was changed.`,
    next: "move it away, then: rebuild-if-needed install",
    exit: 3,
  });
  assert.deepEqual(snapshot(repo), before);
  assert.equal(existsSync(repo.ws.stateDir), false);
});

test("without its record, uninstall still finds what is ours", async (t) => {
  const repo = await createHookRepo(t);
  writeHook(repo, "post-merge", "#!/bin/sh\n");
  const before = snapshot(repo);
  valueOf(await repo.install());
  repo.box.write(join(repo.ws.commonDir, "rebuild-if-needed", "hooks.json"), '{"version": 1, "fi');
  valueOf(await uninstallHooks(repo));
  assert.deepEqual(snapshot(repo), before);
});

test("a record of a newer release is left alone", async (t) => {
  const repo = await createHookRepo(t);
  repo.box.write(join(repo.ws.commonDir, "rebuild-if-needed", "hooks.json"), '{"version": 2}');
  const before = snapshot(repo);
  for (const result of [await repo.install(), await uninstallHooks(repo)]) {
    assert.ok(!result.ok);
    assert.equal(result.failure.code, "E120");
  }
  assert.deepEqual(snapshot(repo), before);
});

function hooksFolder(repo: HookRepo): string {
  return join(repo.ws.commonDir, "hooks");
}

function writeHook(repo: HookRepo, name: string, text: string | Buffer, mode = 0o755): void {
  const path = join(hooksFolder(repo), name);
  repo.box.write(path, text);
  chmodSync(path, mode);
}

/** The hook folder as data: names, kinds, modes and bytes, with times and inodes where asked for. */
function snapshot(repo: HookRepo, detail?: "with times"): Record<string, string> {
  const folder = hooksFolder(repo);
  const entries = readdirSync(folder).filter((name) => !name.endsWith(".sample"));
  return Object.fromEntries(
    entries.map((name) => {
      const stat = lstatSync(join(folder, name));
      const content = stat.isFile() ? readFileSync(join(folder, name), "latin1") : "";
      const times = detail === undefined ? "" : `${stat.ino} ${stat.mtimeMs}`;
      return [name, `${stat.mode.toString(8)} ${times} ${content}`];
    }),
  );
}

async function mergeSomething(repo: HookRepo): Promise<void> {
  await repo.box.git(repo.top, "switch", "-c", "topic");
  repo.box.write(join(repo.top, "c.txt"), "c\n");
  await repo.box.commit(repo.top, "topic");
  await repo.box.git(repo.top, "switch", "main");
  await repo.box.git(repo.top, "merge", "topic");
}
