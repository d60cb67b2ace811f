/** Bad input: one message that says what, what state things are in and what to type; nothing is changed or lost. */
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import {
  builtProject,
  CONFIG,
  drivenProject,
  mustRun,
  treeDigest,
  type Driven,
} from "../helpers/driven-project.ts";
import { createSandbox } from "../helpers/sandbox.ts";
import { pythonVenv } from "../helpers/venv.ts";

const FILE = "rebuild-if-needed.toml";

test("a command line that cannot be meant", async (t) => {
  const project = await drivenProject(t);
  for (const [argv, message, next] of [
    [
      ["chek"],
      `there is no command "chek". Did you mean "check"? Nothing was changed.`,
      "rebuild-if-needed help",
    ],
    [
      ["--forse"],
      "rebuild-if-needed has no option --forse. Did you mean --force? Nothing was changed.",
      "rebuild-if-needed help rebuild",
    ],
    [
      ["check", "--jsn"],
      "rebuild-if-needed check has no option --jsn. Did you mean --json? Nothing was changed.",
      "rebuild-if-needed help check",
    ],
    [
      ["status", "now"],
      `rebuild-if-needed status takes no "now" here. Nothing was changed.`,
      "rebuild-if-needed help status",
    ],
    [
      ["--extension", "corr"],
      `there is no extension "corr" here; there is: core. Nothing was changed.`,
      "rebuild-if-needed --extension core",
    ],
    [["exec"], "exec needs a command. Nothing was changed.", "rebuild-if-needed exec -- pytest"],
    [["why"], "why needs a path. Nothing was changed.", "rebuild-if-needed why csrc/a.cu"],
  ] as const) {
    await t.test(argv.join(" "), async () => {
      const before = digests(project);
      const { code, stdout, stderr } = await project.box.cli(project.top, ...argv);
      assert.equal(stderr, `rebuild-if-needed: E104 ${message} Next: ${next}\n`);
      assert.equal(stdout, "");
      assert.equal(code, 2);
      assert.deepEqual(digests(project), before);
    });
  }
  await t.test("a revision that is not here", async () => {
    const { code, stderr } = await project.box.cli(project.top, "preview", "nope");
    assert.equal(
      stderr,
      `rebuild-if-needed: E121 there is no commit "nope" here. Nothing was changed. Next: git log --oneline --all\n`,
    );
    assert.equal(code, 2);
  });
  await t.test("no upstream to preview", async () => {
    const { code, stderr } = await project.box.cli(project.top, "preview");
    assert.equal(
      stderr,
      `rebuild-if-needed: E121 there is no commit "@{upstream}" here. Nothing was changed. Next: git branch --set-upstream-to=origin/main\n`,
    );
    assert.equal(code, 2);
  });
});

for (const command of ["check", "status", "init", "doctor"]) {
  test(`${command} where there is no repository`, async (t) => {
    const box = createSandbox(t);
    mkdirSync(box.path("elsewhere"));
    const { code, stderr } = await box.cli("elsewhere", command);
    assert.equal(
      stderr,
      `rebuild-if-needed: E101 ${box.path("elsewhere")} is not in a git repository. Nothing was changed. Next: cd into your clone, then run the command again\n`,
    );
    assert.equal(code, 2);
    assert.equal(treeDigest(box.path("elsewhere")), EMPTY);
  });
}

/** sha256 of nothing: the digest of an empty folder. */
const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

test("a bare repository", async (t) => {
  const box = createSandbox(t);
  await box.git(box.root, "init", "--quiet", "--bare", "bare.git");
  const { code, stderr } = await box.cli("bare.git", "check");
  assert.equal(
    stderr,
    "rebuild-if-needed: E103 this repository has no work tree. Nothing was changed. Next: cd into a work tree of it\n",
  );
  assert.equal(code, 2);
});

test("a repository without a commit", async (t) => {
  const box = createSandbox(t);
  const top = await box.repository("new");
  box.write(join(top, FILE), CONFIG);
  for (const argv of [[], ["check"], ["init", "--yes"], ["preview", "HEAD"]]) {
    const { code, stderr } = await box.cli(top, ...argv);
    assert.equal(
      stderr,
      "rebuild-if-needed: E102 this repository has no commit yet. Nothing was changed. Next: git commit, then: rebuild-if-needed\n",
    );
    assert.equal(code, 2);
  }
});

test("a repository with nothing to build", async (t) => {
  const box = createSandbox(t);
  const top = await box.repository("plain");
  box.write(join(top, "main.py"), "");
  await box.commit(top, "first");
  const { code, stderr } = await box.cli(top, "init", "--yes");
  assert.equal(
    stderr,
    "rebuild-if-needed: E105 no native extension found: no setup.py with extension modules, no scikit-build-core or meson-python in pyproject.toml, no CMakeLists.txt that speaks of Python. Nothing was changed. Next: describe it as an [[extension]] in rebuild-if-needed.toml, then run: rebuild-if-needed init\n",
  );
  assert.equal(code, 2);
});

test("an output glob that matches nothing after the recipe", async (t) => {
  const files = { [FILE]: CONFIG.replace(`"pkg/more.py"`, `"pkg/more.py", "pkg/*.nope"`) };
  const project = await drivenProject(t, { files });
  const before = project.digest();
  const { code, stderr } = await project.box.cli(project.top);
  assert.match(
    stderr,
    /^rebuild-if-needed: E204 the recipe ended well, but nothing matches pkg\/\*\.nope\. There was no build before, and there is none now\. Next: mend "outputs" or the recipe; its log: \S+\/output\.log\n$/m,
  );
  assert.equal(code, 1);
  assert.equal(project.digest(), before, "what a build made that was not good does not stay");
  const begun = await project.box.cli(project.top, "init", "--yes");
  assert.match(begun.stdout, /no build yet/, "and is never taken for a build");
});

test("a first build that fails leaves nothing behind", async (t) => {
  const project = await drivenProject(t);
  const before = project.digest();
  project.drive("fail", "7");
  assert.equal((await project.box.cli(project.top)).code, 1);
  assert.equal(project.digest(), before);
});

test("a recipe program that does not exist", async (t) => {
  const project = await builtProject(t);
  project.write(FILE, CONFIG.replace(`"python", "build.py"`, `"no-such-program", "build.py"`));
  const before = digests(project);
  const { code, stderr } = await project.box.cli(project.top);
  assert.equal(
    stderr,
    "rebuild-if-needed: E302 blocked: core: no-such-program is not on the recorded PATH (the recipe changed: python build.py -> no-such-program build.py). Nothing was changed. Next: rebuild-if-needed doctor\n",
  );
  assert.equal(code, 3);
  const { json, code: looked } = await project.box.cliJson(project.top, "check");
  assert.equal(looked, 3);
  assert.equal(json.decision, "blocked");
  assert.deepEqual(
    json.extensions[0]?.reasons.map((reason) => reason.kind),
    ["tool-missing", "recipe-changed"],
  );
  assert.deepEqual(digests(project), before);
  assert.match(await project.imported(), /one/);
});

test("a recorded interpreter that has gone: a command and an event say so, and nothing is run", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  appendFileSync(join(top, ".git/info/exclude"), "/.venv\n");
  await pythonVenv(box, join(top, ".venv"), []);
  await mustRun(box, top, "init", "--yes");
  await mustRun(box, top);
  rmSync(join(top, ".venv"), { recursive: true });
  project.write("csrc/a.txt", "two\n");
  const before = project.digest();
  const says = `rebuild-if-needed: E302 blocked: core: the recorded interpreter ${top}/.venv/bin/python has gone`;
  const { code, stderr } = await box.cli(top);
  assert.equal(code, 3);
  assert.ok(stderr.startsWith(says), stderr);
  assert.match(stderr, /\. Nothing was changed\. Next: rebuild-if-needed doctor\n$/);
  await box.git(top, "add", "--all");
  const event = await box.run(top, ["git", "commit", "--quiet", "--message", "two"]);
  assert.equal(event.code, 0);
  assert.ok(event.stderr.startsWith(says), event.stderr);
  assert.equal(event.stderr.trimEnd().split("\n").length, 1, "one line");
  assert.equal((await box.cli(top, "check")).code, 3);
  assert.equal(project.digest(), before);
  assert.equal(project.starts(), 1);
});

/** Of the work tree and of all that is kept about it, but for fresh.sh, which any look may drop. */
function digests(project: Driven): string[] {
  return [project.digest(), treeDigest(join(project.top, ".git"), ["fresh.sh"])];
}
