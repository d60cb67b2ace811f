/** Repositories of other kinds and in other states: SHA-256, bare, unborn, detached, merging, damaged. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { checked, paired, previewed } from "../helpers/answers.ts";
import { drivenAt, drivenProject, mustRun, treeDigest } from "../helpers/driven-project.ts";
import { createSandbox } from "../helpers/sandbox.ts";

interface Refusal {
  readonly error?: { readonly code: string; readonly message: string };
}

test("SHA-256: edits, links, untracked files and pairs", async (t) => {
  const source = await drivenProject(t, { name: "source" });
  const { box } = source;
  await box.git(box.root, "init", "--quiet", "--object-format=sha256", "--initial-branch=main", "project");
  await box.run(box.root, ["sh", "-c", "cd source && tar --exclude=.git -cf - . | tar -xf - -C ../project"]);
  const project = drivenAt(box, box.path("project"));
  const { top } = project;
  await box.run(top, ["ln", "-s", "../README.md", "csrc/link.txt"]);
  const first = await box.commit(top, "first");
  assert.equal(first.length, 64);
  await mustRun(box, top, "init", "--yes");
  await mustRun(box, top);
  assert.deepEqual(await previewed(project, "HEAD"), ["fresh"]);
  project.write("csrc/new.txt", "one\n");
  project.write("README.md", "# two\n");
  const reasons = ["rebuild", "input-added csrc/new.txt", "input-changed csrc/link.txt"];
  assert.deepEqual(await checked(project), reasons);
  const second = await box.commit(top, "second");
  await mustRun(box, top, "wait");
  assert.deepEqual(await checked(project), ["fresh"], "the id of the file is the one that it had untracked");
  assert.equal(project.starts(), 2);
  assert.deepEqual(await paired(project, first, second), reasons);
});

test("bare, inside .git, no commit yet: exit 2, in one line, and nothing is written", async (t) => {
  const box = createSandbox(t);
  await box.git(box.root, "init", "--quiet", "--bare", "bare.git");
  const unborn = await box.repository("unborn");
  box.write("unborn/setup.py", "");
  const before = [treeDigest(box.path("bare.git")), treeDigest(unborn)];
  const places = [
    ["bare.git", "E103"],
    ["unborn/.git", "E103"],
    ["unborn", "E102"],
  ] as const;
  for (const [place, code] of places) {
    for (const args of [["check"], ["preview", "HEAD"]]) {
      const answer = await box.cliJson<Refusal>(box.path(place), ...args);
      assert.equal(answer.code, 2, place);
      assert.equal(answer.json.error?.code, code, place);
    }
  }
  assert.deepEqual([treeDigest(box.path("bare.git")), treeDigest(unborn)], before);
});

test("a damaged index, a missing HEAD commit and a missing tree are told from an empty repository", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  await mustRun(box, top);
  const first = await box.git(top, "rev-parse", "HEAD");
  project.write("csrc/a.txt", "two\n");
  const second = await box.commit(top, "two");
  const object = (id: string): string => join(top, ".git/objects", id.slice(0, 2), id.slice(2));

  const index = readFileSync(join(top, ".git/index"));
  writeFileSync(join(top, ".git/index"), index.subarray(0, 60));
  const before = project.digest();
  for (const args of [["check"], ["preview", first], ["status"]]) {
    const { code, json } = await box.cliJson<Refusal>(top, ...args);
    assert.equal(code, 2);
    assert.equal(json.error?.code, "E101", args.join(" "));
  }
  assert.equal((await box.cli(top)).code, 2);
  assert.equal(project.digest(), before);
  assert.equal(project.starts(), 1);
  writeFileSync(join(top, ".git/index"), index);

  const tree = await box.git(top, "rev-parse", `${first}:csrc`);
  const kept = readFileSync(object(tree));
  rmSync(object(tree));
  const missing = await box.cliJson<Refusal>(top, "preview", first);
  assert.equal(missing.code, 2);
  assert.equal(missing.json.error?.code, "E121");
  assert.deepEqual(
    await checked(project),
    ["rebuild", "input-changed csrc/a.txt"],
    "the present tree needs no old one",
  );
  writeFileSync(object(tree), kept);

  rmSync(object(second));
  const headless = await box.cliJson<Refusal>(top, "check");
  assert.equal(headless.code, 2);
  assert.equal(headless.json.error?.code, "E101");
  assert.match(headless.json.error?.message ?? "", /HEAD/);
});

test("detached, tags, short names and lines that name nothing", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  await mustRun(box, top);
  const first = await box.git(top, "rev-parse", "HEAD");
  project.write("csrc/a.txt", "two\n");
  const second = await box.commit(top, "two");
  await box.git(top, "tag", "--annotate", "--message", "a tag", "v2", second);
  await box.git(top, "tag", "--annotate", "--message", "a tag of a tag", "v2-again", "v2");
  await box.git(top, "checkout", "--quiet", "--detach", first);
  const reasons = ["rebuild", "input-changed csrc/a.txt"];
  for (const name of ["v2", "v2-again", second.slice(0, 8), "main", "main~0", `${second}^{commit}`]) {
    assert.deepEqual(await previewed(project, name), reasons, name);
  }
  const blob = await box.git(top, "rev-parse", "HEAD:README.md");
  const bad = [
    "one",
    `${first} ${second} more`,
    `${first} nowhere`,
    `--all ${first}`,
    `${blob} ${first}`,
    `-z ${first}`,
    `${first}\0 x`,
  ];
  const lines = ["", ...bad, `${first} v2`, "\t", `v2 ${first}\r`, ""].join("\n");
  const { code, stdout } = await box.run(
    top,
    [process.execPath, (await import("../helpers/sandbox.ts")).programUnderTest(), "preview", "--stdin"],
    { input: lines },
  );
  assert.equal(code, 2, "some lines were bad");
  const answers = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { error?: { code: string }; decision?: string });
  assert.deepEqual(
    answers.map(({ error, decision }) => error?.code ?? decision),
    ["E104", "E104", "E121", "E121", "E121", "E121", "E121", "rebuild", "rebuild"],
  );
});

test("files that are not merged are inputs as they are, and block", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  await mustRun(box, top);
  await box.git(top, "checkout", "--quiet", "-b", "side");
  project.write("csrc/a.txt", "side\n");
  await box.commit(top, "side");
  await box.git(top, "checkout", "--quiet", "main");
  project.write("csrc/a.txt", "main\n");
  await box.commit(top, "main");
  assert.equal((await box.run(top, ["git", "merge", "side"])).code, 1);
  const merging = ["blocked", "input-changed csrc/a.txt", "operation-in-progress csrc/a.txt"];
  assert.deepEqual(await checked(project), merging);
  project.write("csrc/a.txt", "one\n");
  assert.deepEqual(await checked(project), ["fresh"], "resolved to what was built");
});

test("a linked work tree has a decision of its own", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  await mustRun(box, top);
  mkdirSync(box.path("beside"));
  await box.git(top, "worktree", "add", "--quiet", box.path("beside/tree"), "-b", "other");
  const other = drivenAt(box, box.path("beside/tree"));
  box.write("beside/drive/keep", "");
  await mustRun(box, other.top);
  other.write("csrc/a.txt", "two\n");
  assert.deepEqual(await checked(other), ["rebuild", "input-changed csrc/a.txt"]);
  assert.deepEqual(await checked(project), ["fresh"]);
});
