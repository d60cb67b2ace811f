/** Bad input: one message that says what, what state things are in and what to type; nothing is changed or lost. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { builtProject, CONFIG, drivenProject, treeDigest, type Driven } from "../helpers/driven-project.ts";
import { createSandbox } from "../helpers/sandbox.ts";

const FILE = "rebuild-if-needed.toml";

/** Each a change of CONFIG, and what is then said. `AT` is the place that the message names and asks to correct. */
const CONFIGS: readonly {
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly at: string;
  readonly says: string;
}[] = [
  {
    what: "a misspelt key of an extension",
    from: "inputs =",
    to: "imputs =",
    at: `${FILE}:5`,
    says: `E111 AT, [[extension]] 1: unknown key "imputs"; did you mean "inputs"?`,
  },
  {
    what: "a misspelt key at the top",
    from: `preset = "none"`,
    to: `preset = "none"\nstartegy = "clean"`,
    at: `${FILE}:2`,
    says: `E111 AT: unknown key "startegy"; did you mean "strategy"?`,
  },
  {
    what: "a key that is like no other",
    from: `preset = "none"`,
    to: `preset = "none"\nzzz = 1`,
    at: `${FILE}:2`,
    says: `E111 AT: unknown key "zzz"; known are preset, mode, strategy, interpreter, extension.`,
  },
  {
    what: "a misspelt preset",
    from: `preset = "none"`,
    to: `preset = "vlm"`,
    at: `${FILE}:1`,
    says: `E112 AT: preset: "vlm" is not known; did you mean "vllm"?`,
  },
  {
    what: "a mode that does not exist",
    from: `preset = "none"`,
    to: `preset = "none"\nmode = "quiet"`,
    at: `${FILE}:2`,
    says: `E112 AT: mode: must be "auto", "foreground", "background", "notify", not "quiet".`,
  },
  {
    what: "a recipe that is one command and not a list of commands",
    from: `[["python", "build.py"]]`,
    to: `["python", "build.py"]`,
    at: `${FILE}:8`,
    says: `E112 AT, [[extension]] 1: recipe: must be a list of commands, each a list of words: [["python", "setup.py", "build_ext"]].`,
  },
  {
    what: "an extension without a recipe",
    from: `recipe = [["python", "build.py"]]\n`,
    to: "",
    at: `${FILE}:4`,
    says: `E112 AT, [[extension]] 1: extension "core" needs recipe.`,
  },
  {
    what: "an absolute output",
    from: `"pkg/more.py"`,
    to: `"/etc/more.py"`,
    at: `${FILE}:6`,
    says: `E113 AT, [[extension]] 1: outputs: entry 2 "/etc/more.py" is an absolute path; write it relative to the repository.`,
  },
  {
    what: "an output above the repository",
    from: `"pkg/more.py"`,
    to: `"../more.py"`,
    at: `${FILE}:6`,
    says: `E113 AT, [[extension]] 1: outputs: entry 2 "../more.py" holds ".."; paths stay inside the repository.`,
  },
  {
    what: "a build directory that is the repository",
    from: `["work"]`,
    to: `["."]`,
    at: `${FILE}:7`,
    says: `E113 AT, [[extension]] 1: build-dirs: entry 1 "." is the whole repository.`,
  },
  {
    what: "a build directory with tracked files in it",
    from: `["work"]`,
    to: `["csrc"]`,
    at: `${FILE}:7`,
    says: `E115 AT, [[extension]] 1: build-dirs: "csrc" holds tracked files, such as csrc/a.txt; a clean build would move them.`,
  },
  {
    what: "an input glob that names nothing",
    from: `"csrc/**"`,
    to: `"cscr/**"`,
    at: `${FILE}:5`,
    says: `E114 AT, [[extension]] 1: inputs: "cscr/**" names no file that git tracks or would track.`,
  },
  {
    what: "a folder where a glob belongs",
    from: `"csrc/**"`,
    to: `"csrc"`,
    at: `${FILE}:5`,
    says: `E114 AT, [[extension]] 1: inputs: "csrc" names no file that git tracks or would track; it is a folder, for all in it write "csrc/**".`,
  },
];

test("a configuration that cannot be meant", async (t) => {
  const project = await builtProject(t);
  for (const { what, from, to, at, says } of CONFIGS) {
    await t.test(what, async () => {
      project.write(FILE, CONFIG.replace(from, to));
      const message = `${says.replace("AT", at)} Nothing was changed.`;
      await assertRefused(project, message, `correct ${at}, then run: rebuild-if-needed check`);
    });
  }
  await t.test("text that is no TOML", async () => {
    project.write(FILE, CONFIG.replace(`preset = "none"`, `preset = "none`));
    const { stderr } = await assertRefused(project);
    assert.match(
      stderr,
      /^rebuild-if-needed: E110 rebuild-if-needed\.toml:1: not valid TOML: [^\n]+\. Nothing was changed\. Next: correct rebuild-if-needed\.toml:1, then run: rebuild-if-needed check\n$/,
    );
  });
  await t.test("two configurations at once", async () => {
    project.write(FILE, CONFIG);
    project.write("pyproject.toml", `[tool.rebuild-if-needed]\nmode = "auto"\n`);
    await assertRefused(
      project,
      "E112 both rebuild-if-needed.toml and [tool.rebuild-if-needed] of pyproject.toml hold the configuration. Nothing was changed.",
      "keep one of them, then run: rebuild-if-needed check",
    );
  });
  await t.test("an event then says the same in one line, and git is not disturbed", async () => {
    project.write("pyproject.toml", "");
    project.write(FILE, CONFIG.replace("inputs =", "imputs ="));
    await project.box.git(project.top, "add", "--all");
    const { code, stderr } = await project.box.run(project.top, ["git", "commit", "--quiet", "-m", "typo"]);
    assert.equal(code, 0);
    assert.equal(
      stderr,
      `rebuild-if-needed: E111 ${FILE}:5, [[extension]] 1: unknown key "imputs"; did you mean "inputs"? Nothing was changed. Next: correct ${FILE}:5, then run: rebuild-if-needed check\n`,
    );
  });
  assert.equal(project.starts(), 1);
});

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
    /^rebuild-if-needed: E204 the recipe ended well, but nothing matches pkg\/\*\.nope\. Your previous build is untouched\. Next: mend "outputs" or the recipe; its log: \S+\/output\.log\n$/m,
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

/** All of check and the bare command refuse alike, in words and as JSON, with exit code 2 and nothing changed. */
async function assertRefused(
  project: Driven,
  message?: string,
  next = "",
): Promise<{ readonly stderr: string }> {
  const before = digests(project);
  const { code, stdout, stderr } = await project.box.cli(project.top);
  if (message !== undefined) assert.equal(stderr, `rebuild-if-needed: ${message} Next: ${next}\n`);
  assert.equal(stdout, "");
  assert.equal(code, 2);
  const checked = await project.box.cliJson<{ error: Record<string, string> }>(project.top, "check");
  assert.equal(checked.code, 2);
  assert.equal(checked.stderr, "");
  const { error } = checked.json;
  assert.deepEqual(checked.json, { version: 1, error: { ...error } });
  assert.deepEqual(Object.keys(error), ["code", "message", "next"]);
  assert.equal(`rebuild-if-needed: ${error["code"]} ${error["message"]} Next: ${error["next"]}\n`, stderr);
  assert.deepEqual(digests(project), before);
  return { stderr };
}

/** Of the work tree and of all that is kept about it, but for fresh.sh, which any look may drop. */
function digests(project: Driven): string[] {
  return [project.digest(), treeDigest(join(project.top, ".git"), ["fresh.sh"])];
}
