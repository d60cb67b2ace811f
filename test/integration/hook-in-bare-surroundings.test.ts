/** Real hooks where little can be relied on: no PATH, no node, no program, git's own variables, paths of odd letters. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { HOOK_NAMES } from "../../src/install/index.ts";
import { builtProject, CONFIG, mustRun, type Driven } from "../helpers/driven-project.ts";
import type { RunResult } from "../helpers/sandbox.ts";
import { pathOf } from "../helpers/shells.ts";

const WHO = ["-c", "user.name=Ada", "-c", "user.email=ada@example.invalid"];

test("hooks of one clone, git started by programs of all kinds", async (t) => {
  const project = await builtProject(t, {
    name: `it's a "clone"\n$(ü)`,
    files: {
      "rebuild-if-needed.toml": CONFIG.replace(
        `["python", "build.py"]`,
        `["python", "build.py"], ["python", "-c", "import os; print('git says:', sorted(n for n in os.environ if n.startswith('GIT_')))"]`,
      ),
    },
  });
  const { box, top } = project;
  const commit = (text: string, argv: readonly string[], cwd = top): Promise<RunResult> => {
    project.write("csrc/a.txt", `${text}\n`);
    return box.run(cwd, [...argv, "commit", "--quiet", "--all", "--message", text]);
  };

  await t.test("a GUI client with HOME and nothing else: the environment of record builds", async () => {
    const bare = [pathOf("env"), "-i", `HOME=${box.path("home")}`, pathOf("git"), ...WHO];
    const { code, stderr } = await commit("gui", bare);
    assert.equal(code, 0);
    assert.match(stderr, /^rebuild-if-needed: rebuilding core in the background, /);
    await settled(project, "gui");
    const again = await box.run(top, [...bare, "commit", "--quiet", "--allow-empty", "-m", "nothing"]);
    assert.deepEqual([again.code, again.stderr], [0, ""], "no other PATH is no reason");
  });

  await t.test(
    "git --git-dir and --work-tree from elsewhere: nothing of that reaches the recipe",
    async () => {
      const elsewhere = box.path("elsewhere");
      mkdirSync(elsewhere);
      const { code, stderr } = await commit(
        "from elsewhere",
        ["git", `--git-dir=${top}/.git`, `--work-tree=${top}`],
        elsewhere,
      );
      assert.equal(code, 0, stderr);
      await settled(project, "from elsewhere");
      const { json } = await box.cliJson<{ builds: { buildId: string }[] }>(top, "history");
      const log = box.read(project.stateFile("builds", json.builds.at(-1)?.buildId ?? "", "output.log"));
      assert.match(log, /git says: \[[^\]]/);
      assert.doesNotMatch(log, /GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|COMMON_DIR|OBJECT_DIRECTORY|CONFIG_)\b/);
    },
  );

  await t.test("node has gone, another is on PATH", async () => {
    rewriteHooks(project, process.execPath, "/gone/node");
    mkdirSync(box.path("bin"));
    for (const [name, path] of Object.entries({ node: process.execPath, git: pathOf("git") }))
      symlinkSync(path, box.path("bin", name));
    const { code, stderr } = await commit("other node", ["env", `PATH=${box.path("bin")}`, "git"]);
    assert.equal(code, 0);
    assert.match(stderr, /^rebuild-if-needed: rebuilding core in the background, /);
    await settled(project, "other node");
  });

  await t.test("node has gone, and there is no other: one line, a mark, and git goes on", async () => {
    mkdirSync(box.path("bin-without-node"));
    symlinkSync(pathOf("git"), box.path("bin-without-node", "git"));
    const { code, stderr } = await commit("no node", ["env", `PATH=${box.path("bin-without-node")}`, "git"]);
    assert.deepEqual([code, stderr], [0, gone(programIn(project))]);
    assert.ok(existsSync(project.stateFile("check-pending")));
    const { stdout } = await box.cli(top, "status", "--short");
    assert.equal(stdout, "rebuild\n", "what the hook could not look at is found by the next look");
  });

  await t.test(
    "the next command to type repairs it, and the event after that takes the mark away",
    async () => {
      await mustRun(box, top, "install");
      const { stderr } = await commit("repaired", ["git"]);
      assert.match(stderr, /^rebuild-if-needed: rebuilding core in the background, /);
      assert.ok(!existsSync(project.stateFile("check-pending")));
      await settled(project, "repaired");
    },
  );

  await t.test("the program has gone: the same line, from every hook, exit 0", async () => {
    rewriteHooks(project, programIn(project), "/gone/cli.js");
    const { code, stderr } = await commit("no program", ["git"]);
    assert.deepEqual([code, stderr], [0, gone("/gone/cli.js")]);
    for (const name of HOOK_NAMES) {
      const hook = join(top, ".git/hooks", name);
      const answer = await box.run(top, [hook, "1", "1", "1"]);
      assert.deepEqual(answer, { code: 0, stdout: "", stderr: gone("/gone/cli.js") }, name);
    }
  });
});

/** What an event started has ended, and Python loads what it built. */
async function settled(project: Driven, text: string): Promise<void> {
  await mustRun(project.box, project.top, "wait");
  assert.ok((await project.imported()).includes(`b'${text}\\nbee`), text);
  assert.equal((await project.box.cli(project.top, "check")).code, 0, "the shell finds it fresh too");
}

function gone(program: string): string {
  return `rebuild-if-needed: not checked, because node or ${program} has gone. Next: rebuild-if-needed install\n`;
}

/** The program that the hooks start: a copy, where this package lies in a temporary folder. */
function programIn({ box, top }: Driven): string {
  return /^program='(.*)'$/m.exec(box.read(join(top, ".git/hooks/post-merge")))?.[1] ?? "";
}

function rewriteHooks({ box, top }: Driven, from: string, to: string): void {
  for (const name of HOOK_NAMES) {
    const path = join(top, ".git/hooks", name);
    const text = box.read(path);
    assert.ok(text.includes(`'${from}'`), `${name} names ${from}`);
    box.write(path, text.replaceAll(`'${from}'`, `'${to}'`));
  }
}
