/** What the recipe made, what it may not touch, and sources that move while it runs. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { CONFIG, drivenProject, mustRun, OUTPUTS } from "../helpers/driven-project.ts";

const FILE = "rebuild-if-needed.toml";

for (const [when, isFirst] of [
  ["the first build", true],
  ["a later build", false],
] as const) {
  test(`a Python file that ${when} copied into the package is an output: watched and restored`, async (t) => {
    const files = { [FILE]: CONFIG.replace(`"pkg/glue.py", "pkg/more.py"`, `"pkg/glue.py"`) };
    const project = await drivenProject(t, { files });
    const { box, top } = project;
    if (!isFirst) await mustRun(box, top);
    project.write("csrc/a.txt", "two\n");
    const copied = { "pkg/copied.py": "x = 1\n", "pkg/sub/deep.py": "x = 1\n", "pkg/notes.log": "log" };
    project.drive("write", JSON.stringify(copied));
    await mustRun(box, top);
    assert.equal((await box.cli(top, "check")).code, 0);
    for (const path of ["pkg/copied.py", "pkg/sub/deep.py", "pkg/more.py"]) rmSync(join(top, path));
    rmSync(join(top, "pkg/notes.log"));
    const { json } = await box.cliJson(top, "check");
    assert.deepEqual(json, {
      version: 1,
      decision: "restore",
      extensions: [
        {
          name: "core",
          decision: "restore",
          reasons: ["pkg/copied.py", "pkg/more.py", "pkg/sub/deep.py"].map((path) => ({
            kind: "output-missing",
            text: `${path} is missing`,
            path,
          })),
        },
      ],
    });
    const starts = project.starts();
    await mustRun(box, top);
    assert.equal(project.read("pkg/copied.py"), "x = 1\n");
    assert.equal(project.read("pkg/sub/deep.py"), "x = 1\n");
    assert.equal(project.starts(), starts, "no compiler for that");
  });
}

test("a source that moves once while it is built: built once more, and that is kept", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  project.drive("wait");
  const building = box.cli(top);
  await project.untilWaiting();
  project.write("csrc/a.txt", "moved\n");
  project.release("wait");
  const { code, stderr } = await building;
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /^ {2}csrc\/a\.txt moved during the build \(tree-moved-during-build\): building once more$/m,
  );
  assert.equal(project.starts(), 2);
  assert.match(await project.imported(), /moved/);
  assert.equal((await box.cli(top, "check")).code, 0);
});

test("a source that moves there and back is of unknown origin too", async (t) => {
  const project = await drivenProject(t);
  project.drive("wait");
  const building = project.box.cli(project.top);
  await project.untilWaiting();
  project.write("csrc/a.txt", "moved\n");
  project.write("csrc/a.txt", "one\n");
  project.release("wait");
  assert.equal((await building).code, 0);
  assert.equal(project.starts(), 2);
});

test("a recipe that writes its own input is stopped at the second time, and the file is named", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  await mustRun(box, top);
  const before = project.digest("csrc");
  project.write("csrc/b.txt", "new\n");
  project.drive("write", JSON.stringify({ "csrc/a.txt": "one\n" }));
  const { code, stderr } = await box.cli(top);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^rebuild-if-needed: E203 csrc\/a\.txt moved during the build, twice\. Your previous build is untouched\. Next: if the recipe writes it: git-ignore it, or leave it out by inputs = \[\.\.\., "!csrc\/a\.txt"\]; then: rebuild-if-needed$/m,
  );
  assert.equal(project.starts(), 3);
  assert.equal(project.digest("csrc"), before);
  const { json } = await box.cliJson(top, "check");
  assert.deepEqual(
    json.extensions[0]?.reasons.map(({ text }) => text),
    ["csrc/b.txt changed"],
  );
});

for (const [how, exit] of [
  ["good", 0],
  ["failed", 1],
] as const) {
  test(`a tracked file that the recipe changed is named after a ${how} build, and left as it is`, async (t) => {
    const project = await drivenProject(t);
    const { box, top } = project;
    await mustRun(box, top);
    project.write("csrc/a.txt", "two\n");
    project.drive("write", JSON.stringify({ "README.md": "# stamped\n" }));
    if (exit === 1) project.drive("fail", "7");
    const { code, stderr } = await box.cli(top);
    assert.equal(code, exit);
    assert.match(stderr, /^the recipe changed tracked files: README\.md \(left as they are\)$/m);
    assert.equal(project.read("README.md"), "# stamped\n");
  });
}

test("what a person had changed before is not put on the recipe", async (t) => {
  const project = await drivenProject(t);
  project.write("README.md", "# by hand\n");
  const { code, stderr } = await project.box.cli(project.top);
  assert.equal(code, 0);
  assert.doesNotMatch(stderr, /tracked files/);
});

test("an output that the recipe left alone is a failed build", async (t) => {
  const project = await drivenProject(t);
  await mustRun(project.box, project.top);
  project.write("csrc/a.txt", "two\n");
  const before = project.digest();
  project.drive("skip", OUTPUTS[1]);
  const { code, stderr } = await project.box.cli(project.top);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^rebuild-if-needed: E202 not rebuilt: pkg\/more\.py still holds the old build\. Your previous build is untouched\. Next: look at the recipe's log: \S+\/output\.log$/m,
  );
  assert.equal(project.digest(), before);
});
