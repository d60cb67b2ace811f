/** A merge, or a typed command, on a terminal that shows its build: ^C never, once and twice, and a closed window. */
import assert from "node:assert/strict";
import test from "node:test";
import { builtProject, mustRun, type Driven } from "../helpers/driven-project.ts";
import { programUnderTest } from "../helpers/sandbox.ts";
import { CTRL_C, onTerminal, type Terminal } from "../helpers/terminal.ts";
import { until } from "../helpers/until.ts";

test("a build that a terminal shows", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  box.write(project.stateFile("config.toml"), 'mode = "foreground"\n');
  await mustRun(box, top);
  await box.git(top, "branch", "side");

  await t.test("git merge, and no ^C: the prompt comes back with the new build", async () => {
    const terminal = await start(project, "zero", "git merge --quiet side");
    project.release("wait");
    const { shown } = await terminal.ended;
    assert.match(shown, /rebuilt and verified: core in [^]*ended: 0\n/);
    assert.match(await project.imported(), /zero/);
  });

  for (const [word, times] of [
    ["once", 1],
    ["twice", 2],
  ] as const) {
    await t.test(
      `git merge, and ^C ${times} times: git ends at once, the builder puts the old build back`,
      async () => {
        const before = await project.imported();
        const terminal = await start(project, word, "git merge --quiet side");
        for (let time = 0; time < times; time++) terminal.type(CTRL_C);
        assert.match((await terminal.ended).shown, /ended: 130\n/);
        await mustRun(box, top, "wait").catch(() => {}); // tells of the cancelled attempt by its exit code
        assert.equal(await project.imported(), before);
        assert.equal(project.read("csrc/a.txt"), `${word}\n`, "the merge is done");
        assert.equal(await box.git(top, "status", "--porcelain"), "");
        await buildByHand(project, word);
      },
    );

    await t.test(`the command, and ^C ${times} times: it ends when all is as it was`, async () => {
      const before = await project.imported();
      const terminal = await start(
        project,
        `${word} typed`,
        `${MERGE_ALONE}; ${process.execPath} "$PROGRAM"`,
      );
      for (let time = 0; time < times; time++) terminal.type(CTRL_C);
      assert.match(
        (await terminal.ended).shown,
        /E209 cancelled\. Your previous build is in place\.[^]*ended: 130\n/,
      );
      assert.equal((await box.cli(top, "status", "--short")).stdout.trim(), "rebuild", "no builder is left");
      assert.equal(await project.imported(), before);
      await buildByHand(project, `${word} typed`);
    });
  }

  for (const [word, command] of [
    ["three", "git merge --quiet side"],
    ["four", `git -c core.hooksPath=/dev/null merge --quiet side; ${process.execPath} "$PROGRAM"`],
  ] as const) {
    await t.test(`the window is closed: ${command.slice(0, 20)}`, async () => {
      const terminal = await start(project, word, command);
      terminal.close();
      await terminal.ended;
      assert.match((await box.cli(top, "status", "--short")).stdout, /^building/, "the build goes on");
      project.release("wait");
      await mustRun(box, top, "wait");
      assert.match(await project.imported(), new RegExp(word));
      assert.equal((await box.cli(top, "check")).code, 0);
    });
  }
});

const MERGE_ALONE = "git -c core.hooksPath=/dev/null merge --quiet side";

/** Commits a text on the branch `side`, and runs a command on a terminal that brings it here, until its recipe is half-way. */
async function start(project: Driven, word: string, command: string): Promise<Terminal> {
  const { box, top } = project;
  const quietly = async (...args: readonly string[]): Promise<string> =>
    box.git(top, "-c", "core.hooksPath=/dev/null", ...args);
  await quietly("switch", "--quiet", "side");
  project.write("csrc/a.txt", `${word}\n`);
  await quietly("commit", "--quiet", "--all", "--message", word);
  await quietly("switch", "--quiet", "main");
  await mustRun(box, top);
  project.drive("wait");
  const script = `trap : INT; ${command}; echo "ended: $?"`;
  const terminal = onTerminal(box, top, ["sh", "-c", script], { PROGRAM: programUnderTest() });
  await until(() => terminal.hasEnded() || /- build/.test(terminal.shown()), "the build to be shown");
  await project.untilWaiting();
  return terminal;
}

async function buildByHand(project: Driven, word: string): Promise<void> {
  project.release("wait");
  await mustRun(project.box, project.top);
  assert.match(await project.imported(), new RegExp(`${word}\\b`));
}
