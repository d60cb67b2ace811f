/** The prompt function in bash, zsh and fish: silent and without Node when all is fresh, one word otherwise. */
import assert from "node:assert/strict";
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { SHELLS, type Shell } from "../../src/command-line/table.ts";
import { builtProject, mustRun, type Driven } from "../helpers/driven-project.ts";
import { packageRoot, programUnderTest, type Sandbox } from "../helpers/sandbox.ts";
import { needs, pathOf } from "../helpers/shells.ts";
import { until } from "../helpers/until.ts";

/** Text that starts a prompt's substitution, prints the exit code before and after, and ends. */
const BIN = "/nowhere";

const CALL: Readonly<Record<Shell, (format: string) => string>> = {
  bash: (format) => `(exit 7); echo "$(rebuild_if_needed_prompt ${format}; echo $?)"`,
  zsh: (format) => `(exit 7); echo "$(rebuild_if_needed_prompt ${format}; echo $?)"`,
  fish: (format) => `/bin/sh -c 'exit 7'; rebuild_if_needed_prompt ${format}; echo $status`,
};

const NO_RC: Readonly<Record<Shell, readonly string[]>> = {
  bash: ["--norc"],
  zsh: ["-f"],
  fish: ["--no-config"],
};

/** Prints the prompt as the shell itself would show it. */
const SHOW: Readonly<Record<Shell, string>> = {
  bash: 'echo "${PS1@P}"',
  zsh: 'print -P "$PROMPT"',
  fish: "fish_prompt",
};

/** What `rebuild_if_needed_prompt` prints in each shell that is here; all must agree. */
async function prompt(project: Driven, cwd: string, env = {}, format = ""): Promise<string> {
  const answers = new Set<string>();
  for (const shell of SHELLS.filter((one) => needs(one).skip === false)) {
    // all of them under CI
    const { box } = project;
    const program = pathOf(shell);
    const isFish = shell === "fish";
    const text = `${isFish ? "" : "set -u\n"}source ${box.path(`prompt.${shell}`)}\n${CALL[shell](format)}`;
    // No program is on PATH: what the fresh path needs it must name by an absolute path.
    const { stdout, stderr } = await box.run(cwd, [program, ...NO_RC[shell], "-c", text], {
      env: { PATH: BIN, ...env },
    });
    assert.equal(stderr, "", shell);
    answers.add(stdout.replace(/, [\d.]+ m?s left/, ""));
  }
  const [answer = "", ...more] = answers;
  assert.deepEqual(more, [], "the shells differ");
  assert.ok(answer.endsWith("7\n"), `the exit code before is there after: ${answer}`);
  return answer.slice(0, -2);
}

test("the prompt", async (t) => {
  const project = await promptProject(t);
  const { box, top } = project;

  await t.test("fresh: nothing is printed, and no node and no git are started", async () => {
    assert.equal(await prompt(project, top), "");
    assert.equal(await prompt(project, join(top, "csrc")), "");
    assert.deepEqual(marks(box), []);
    const script = box.read(project.stateFile("fresh.sh"));
    assert.equal(script.split("$(").length, 2, "one stat is the only program that fresh.sh starts");
  });

  await t.test("outside of any repository, and in one where the hooks were never installed", async () => {
    assert.equal(await prompt(project, box.root), "");
    const copy = box.path("from an archive");
    cpSync(top, copy, { recursive: true });
    writeFileSync(join(copy, ".git/rebuild-if-needed/fresh.sh"), `: >${box.path("pwned")}\nexit 1\n`);
    assert.equal(await prompt(project, copy), "");
    assert.ok(!existsSync(box.path("pwned")), "a script of a git dir that came from elsewhere was run");
    assert.deepEqual(marks(box), []);
  });

  await t.test("stale: one word, also in a subfolder, in the wished format", async () => {
    project.write("csrc/a.txt", "two\n");
    assert.equal(await prompt(project, top), " (rebuild)");
    assert.equal(
      await prompt(project, join(top, "csrc"), { NODE_EXTRA_CA_CERTS: "/x.pem" }, "'<%s>'"),
      "<rebuild>",
    );
    assert.deepEqual(new Set(marks(box)), new Set(["unset"]), "NODE_EXTRA_CA_CERTS makes node slow");
  });

  await t.test("set up as docs/shell.md shows", async () => {
    const tool = box.path("tool", "rebuild-if-needed");
    const started = `#!/bin/sh\nexec '${process.execPath}' '${programUnderTest()}' "$@"\n`;
    mkdirSync(box.path("tool"));
    writeFileSync(tool, started, { mode: 0o755 });
    const env = { PATH: `${box.path("tool")}:${box.environment["PATH"] ?? ""}` };
    const page = readFileSync(join(packageRoot(), "docs", "shell.md"), "utf8");
    for (const shell of SHELLS.filter((one) => needs(one).skip === false)) {
      const blocks = [...page.matchAll(new RegExp(`^\`\`\`${shell}\\n([^]*?)\`\`\`$`, "gm"))];
      const [setUp = "", startUp = ""] = blocks.map(([, text = ""]) => text);
      const made = await box.run(box.root, [shell, ...NO_RC[shell], "-c", setUp], { env });
      assert.deepEqual(made, { code: 0, stdout: "", stderr: "" }, shell);
      const text = `${shell === "fish" ? "source ~/.config/fish/conf.d/rebuild-if-needed.fish\n" : ""}${startUp}${SHOW[shell]}`;
      const shown = await box.run(top, [shell, ...NO_RC[shell], "-c", text], { env });
      assert.equal(shown.stderr, "", shell);
      assert.match(shown.stdout, /a project \(rebuild\) [#$>] ?\n?$/, shell);
    }
  });

  await t.test("switched off for this shell", async () => {
    assert.equal(await prompt(project, top, { REBUILD_IF_NEEDED: "0" }), "");
  });

  await t.test("a build that runs", async () => {
    project.drive("wait");
    const building = box.cli(top);
    await project.untilWaiting();
    assert.equal(await prompt(project, top), " (building)");
    project.release("wait");
    assert.equal((await building).code, 0);
  });

  await t.test("what cannot be told is not taken for fresh", async () => {
    const config = project.read("rebuild-if-needed.toml");
    project.write("rebuild-if-needed.toml", `${config}nonsense = 1\n`);
    assert.equal(await prompt(project, top), " (?)");
    project.write("rebuild-if-needed.toml", config);
  });

  await t.test("a linked work tree has a state of its own", async () => {
    const linked = box.path("linked tree");
    await box.with({ CI: "1" }).git(top, "worktree", "add", "--quiet", "--detach", linked);
    assert.equal(await prompt(project, linked), " (restore)");
    await mustRun(box, linked);
    const gitDir = await box.git(linked, "rev-parse", "--absolute-git-dir");
    await untilFresh(box, linked, join(gitDir, "rebuild-if-needed/fresh.sh"));
    rmSync(box.path("marks"), { force: true });
    assert.equal(await prompt(project, join(linked, "pkg")), "");
    assert.deepEqual(marks(box), []);
  });

  await t.test("the program has gone, or the hooks", async () => {
    project.write("csrc/a.txt", "three\n");
    const clones = box.read("home/.local/state/rebuild-if-needed/clones");
    box.write("home/.local/state/rebuild-if-needed/clones", clones.replace(/\t[^\t]*\n/, "\t/gone/cli.js\n"));
    assert.equal(await prompt(project, top), " (?)");
    await mustRun(box, top, "uninstall");
    assert.equal(box.read("home/.local/state/rebuild-if-needed/clones"), "");
    assert.equal(await prompt(project, top), "");
  });
});

async function promptProject(t: Parameters<typeof builtProject>[0]): Promise<Driven> {
  const project = await builtProject(t, { name: "it's a project" });
  const { box, top } = project;
  for (const shell of SHELLS) box.write(`prompt.${shell}`, await mustRun(box, top, "completion", shell));
  await untilFresh(box, top, project.stateFile("fresh.sh"));
  // A node that leaves a mark, in place of the one that `install` has noted.
  mkdirSync(box.path("bin"));
  const marking = `#!/bin/sh\necho "\${NODE_EXTRA_CA_CERTS-unset}" >>${box.path("marks")}\nPATH='${box.environment["PATH"] ?? ""}'\nexport PATH\nexec '${process.execPath}' "$@"\n`;
  writeFileSync(box.path("bin", "node"), marking, { mode: 0o755 });
  const clones = box.read("home/.local/state/rebuild-if-needed/clones");
  assert.equal(clones.split("\n").length, 2, clones);
  box.write(
    "home/.local/state/rebuild-if-needed/clones",
    clones.replace(`\t${process.execPath}\t`, `\t${box.path("bin", "node")}\t`),
  );
  appendFileSync(box.path("marks"), "");
  return project;
}

async function untilFresh(box: Sandbox, top: string, script: string): Promise<void> {
  await until(async () => {
    assert.equal((await box.cli(top, "status", "--short")).code, 0);
    return existsSync(script);
  }, "fresh.sh");
}

/** A line for each start of node. */
function marks(box: Sandbox): string[] {
  if (!existsSync(box.path("marks"))) return [];
  return readFileSync(box.path("marks"), "utf8").split("\n").slice(0, -1);
}
