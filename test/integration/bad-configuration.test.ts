/** A configuration that cannot be meant: the file, the line, what is wrong and what was likely meant; nothing is changed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { builtProject, CONFIG, treeDigest, type Driven } from "../helpers/driven-project.ts";

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
    says: `E111 AT: unknown key "zzz"; known are preset, mode, strategy, heal-mtimes, time-limit, interpreter, extension.`,
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
