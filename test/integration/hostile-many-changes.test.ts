/** A pull of 100,000 changed files: the answers are those of a small one, and so is their price. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import test from "node:test";
import { checked, paired, previewed } from "../helpers/answers.ts";
import { drivenProject, mustRun } from "../helpers/driven-project.ts";

const FILES = 100_000;

test("100,000 files change beside one input", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  const head = await box.git(top, "rev-parse", "HEAD");
  const one = await imported("one", head, FILES, "one\n");
  const many = await imported("many", one, FILES, "two\n");
  const native = await imported("native", many, 0, "two\n", "csrc/a.txt");
  await mustRun(box, top, "init", "--yes");
  await mustRun(box, top);
  assert.deepEqual(await paired(project, one, many), ["fresh"]);
  assert.deepEqual(await previewed(project, many), ["fresh"]);
  const changed = ["rebuild", "input-changed csrc/a.txt"];
  assert.deepEqual(await paired(project, one, native), changed);
  assert.deepEqual(await previewed(project, native), changed);
  await box.git(top, "merge", "--quiet", "--ff-only", native);
  await mustRun(box, top, "wait");
  assert.deepEqual(await checked(project), ["fresh"]);
  assert.equal(project.starts(), 2, "one build, by the hook");

  /** A commit with so many Python files of this text, made without a work tree. */
  async function imported(
    ref: string,
    from: string,
    count: number,
    text: string,
    input?: string,
  ): Promise<string> {
    const data = `data ${text.length}\n${text}\n`;
    const lines = [
      `blob\nmark :1\n${data}commit refs/heads/${ref}\ncommitter C <c@example.invalid> 1772366400 +0000\n`,
    ];
    lines.push(`data 0\nfrom ${from}\n`);
    for (let n = 0; n < count; n++) lines.push(`M 100644 :1 lib/d${n % 1000}/m${n}.py\n`);
    if (input !== undefined) lines.push(`M 100644 :1 ${input}\n`);
    writeFileSync(box.path("import"), lines.join(""));
    await box.run(top, ["sh", "-c", "git fast-import --quiet < ../import"]);
    return box.git(top, "rev-parse", ref);
  }
});
