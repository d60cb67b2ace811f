/** State cut short, of a newer version, or in a git dir that cannot be written: never taken for good, never lost. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { builtProject, drivenProject, treeDigest, type Driven } from "../helpers/driven-project.ts";
import { programUnderTest, type RunResult } from "../helpers/sandbox.ts";

test("a baseline cut short at any place is stale, and an event only says so", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  const file = baselineFile(project);
  const whole = readFileSync(file, "utf8");
  for (const length of [0, 1, Math.floor(whole.length / 2), whole.length - 3]) {
    writeFileSync(file, whole.slice(0, length));
    const { code, json } = await box.cliJson(top, "check");
    assert.equal(code, 10);
    assert.deepEqual(json.extensions[0]?.reasons, [
      {
        kind: "baseline-unreadable",
        text: `the record of the last build cannot be read: ${file} was cut short or is not JSON`,
      },
    ]);
  }
  rmSync(project.stateFile("fresh.sh"), { force: true });
  const { stderr } = await box.run(top, ["git", "commit", "--quiet", "--allow-empty", "-m", "event"]);
  assert.equal(
    stderr,
    `rebuild-if-needed: stale: the record of the last build cannot be read: ${file} was cut short or is not JSON. Next: rebuild-if-needed\n`,
  );
  assert.equal(project.starts(), 1, "an event builds nothing without a baseline");
  assert.equal((await box.cli(top)).code, 0);
  assert.equal(project.starts(), 2, "a person's command does");
  assert.equal((await box.cli(top, "check")).code, 0);
});

test("state of a newer version is refused by every command and by the hook, and stays as it is", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  for (const file of [baselineFile(project), project.stateFile("environment.json")]) {
    const before = readFileSync(file, "utf8");
    writeFileSync(file, before.replace(/"version": ?1/, `"version": 2`));
    const digest = treeDigest(join(top, ".git"), ["fresh.sh"]);
    const text = `rebuild-if-needed: E120 ${file} was written by a newer rebuild-if-needed. Nothing was changed. Next: npm install -g rebuild-if-needed@latest\n`;
    for (const argv of [[], ["--force"], ["check"], ["status"], ["undo"], ["init", "--yes"]]) {
      const { code, stderr } = await box.cli(top, ...argv);
      assert.equal(stderr, text, argv.join(" "));
      assert.equal(code, 2, argv.join(" "));
    }
    const { code, stdout } = await box.cli(top, "check", "--json");
    assert.equal(code, 2);
    assert.deepEqual(JSON.parse(stdout), {
      version: 1,
      error: {
        code: "E120",
        message: `${file} was written by a newer rebuild-if-needed. Nothing was changed.`,
        next: "npm install -g rebuild-if-needed@latest",
      },
    });
    assert.equal(treeDigest(join(top, ".git"), ["fresh.sh"]), digest);
    writeFileSync(file, before);
  }
  assert.equal(project.starts(), 1);
});

test("a newer version's baseline survives a git event; git's exit code is its own", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  const file = baselineFile(project);
  writeFileSync(file, readFileSync(file, "utf8").replace(/"version": ?1/, `"version": 2`));
  const kept = readFileSync(file, "utf8");
  project.write("csrc/a.txt", "two\n");
  await box.git(top, "add", "--all");
  const { code, stderr } = await box.run(top, ["git", "commit", "--quiet", "-m", "two"]);
  assert.equal(code, 0);
  assert.equal(
    stderr,
    `rebuild-if-needed: E120 ${file} was written by a newer rebuild-if-needed. Nothing was changed. Next: npm install -g rebuild-if-needed@latest\n`,
  );
  assert.equal(readFileSync(file, "utf8"), kept);
  assert.equal(project.starts(), 1);
});

test("an environment of record cut short: an event names init, a person's command goes on", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  const file = project.stateFile("environment.json");
  writeFileSync(file, readFileSync(file, "utf8").slice(0, 40));
  project.write("csrc/a.txt", "two\n");
  await box.git(top, "add", "--all");
  const { stderr } = await box.run(top, ["git", "commit", "--quiet", "-m", "two"]);
  assert.equal(stderr, "rebuild-if-needed: no environment is recorded here. Next: rebuild-if-needed init\n");
  assert.equal(project.starts(), 1);
  assert.equal((await box.cli(top)).code, 0);
  assert.match(await project.imported(), /two/);
});

test("a kept build whose record is cut short is not offered, and the rest of the state is used", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  const slots = project.stateFile("slots");
  for (const key of readdirSync(slots)) writeFileSync(join(slots, key, "slot.json"), `{"version": 1, "base`);
  rmSync(join(top, "pkg/glue.py"));
  const { json } = await box.cliJson(top, "check");
  assert.equal(json.decision, "rebuild");
  assert.equal((await box.cli(top)).code, 0);
  assert.match(await project.imported(), /one/);
});

test("a history with broken lines is read without them", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  const file = project.stateFile("history.jsonl");
  writeFileSync(file, `{"version":1,"buil\n\0\0\n${readFileSync(file, "utf8")}{"ver`);
  const { json } = await box.cliJson<{ builds: { result: string }[] }>(top, "history");
  assert.deepEqual(
    json.builds.map((build) => build.result),
    ["good"],
  );
});

test("a git dir that cannot be written: looking works, building says so and touches nothing", async (t) => {
  const project = await drivenProject(t);
  const give = lockFolders([join(project.top, ".git")]);
  const before = project.digest();
  const checked = await powerless(project, "check");
  assert.equal(checked.code, 10, checked.stderr);
  assert.match(checked.stdout, /^rebuild \(clean\): core\n {2}no verified build is recorded here\n$/);
  const built = await powerless(project);
  assert.match(
    built.stderr,
    /^rebuild-if-needed: E303 state cannot be written: \S+\/\.git\/rebuild-if-needed\S* \(EACCES\)\. Nothing was changed\. Next: make the git dir writable, then: rebuild-if-needed\n$/,
  );
  assert.equal(built.code, 3);
  const begun = await powerless(project, "init", "--yes");
  assert.match(begun.stderr, /^rebuild-if-needed: E303 /m);
  assert.equal(begun.code, 3);
  assert.equal(project.digest(), before);
  assert.equal(project.starts(), 0);
  give();
});

test("state that became unwritable after a build: still fresh, restore and rebuild say why not", async (t) => {
  const project = await builtProject(t);
  const { top } = project;
  const give = lockFolders([project.stateFile("builds"), project.stateFile()]);
  assert.equal((await powerless(project, "check")).code, 0);
  rmSync(join(top, "pkg/glue.py"));
  const before = project.digest();
  const { code, stderr } = await powerless(project);
  assert.match(
    stderr,
    /^rebuild-if-needed: E303 state cannot be written: \S+ \(EACCES\)\. Nothing was changed\./,
  );
  assert.equal(code, 3);
  assert.equal(project.digest(), before);
  give();
});

test("a file where our folder belongs", async (t) => {
  const project = await drivenProject(t);
  writeFileSync(project.stateFile(), "mine");
  const { code, stderr } = await project.box.cli(project.top);
  assert.match(
    stderr,
    /^rebuild-if-needed: E303 state cannot be written: \S+ \((EEXIST|ENOTDIR)\)\. Nothing was changed\. Next: make the git dir writable, then: rebuild-if-needed\n$/,
  );
  assert.equal(code, 3);
  assert.equal(readFileSync(project.stateFile(), "utf8"), "mine");
  assert.ok(!existsSync(join(project.top, "pkg/glue.py")));
});

/** Takes the right to write into folders away; what it returns gives it back, which removing the sandbox needs. */
function lockFolders(folders: readonly string[]): () => void {
  const give = (): void => folders.forEach((folder) => chmodSync(folder, 0o755));
  folders.forEach((folder) => chmodSync(folder, 0o555));
  return give;
}

/** The command as a user without root's power over file permissions. */
function powerless({ box, top }: Driven, ...args: readonly string[]): Promise<RunResult> {
  if (process.getuid?.() !== 0) return box.cli(top, ...args);
  const drop = ["setpriv", "--inh-caps=-all", "--bounding-set=-all", "--"];
  return box.run(top, [...drop, process.execPath, programUnderTest(), ...args]);
}

function baselineFile(project: Driven): string {
  const folder = project.stateFile("baselines");
  const [name = ""] = readdirSync(folder);
  return join(folder, name);
}
