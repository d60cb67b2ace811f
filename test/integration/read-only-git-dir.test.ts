/** A git dir that cannot be written (another owner, a read-only mount): looks work, nothing is built, git is not hurt. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { builtProject, type Driven } from "../helpers/driven-project.ts";
import { type RunResult, programUnderTest } from "../helpers/sandbox.ts";
import { until } from "../helpers/until.ts";

/** Modes do not bind root: it has to give that privilege up. Null: it cannot. */
const AS_BOUND: readonly string[] | null =
  process.getuid?.() !== 0
    ? []
    : spawnSync("setpriv", ["--bounding-set=-dac_override", "true"]).status === 0
      ? ["setpriv", "--bounding-set=-dac_override"]
      : null;
const skip = AS_BOUND === null ? "root cannot give up its privileges here (setpriv)" : false;

test("a read-only git dir", { skip }, async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  await until(async () => {
    await box.cli(top, "check");
    return existsSync(project.stateFile("fresh.sh"));
  }, "fresh.sh");
  const gitDir = join(top, ".git");
  execFileSync("chmod", ["-R", "a-w", gitDir]);
  try {
    await tryAll(t, project);
  } finally {
    execFileSync("chmod", ["-R", "u+w", gitDir]); // so that it can be removed
  }
});

async function tryAll(t: TestContext, project: Driven): Promise<void> {
  const { box } = project;
  const touched = await bound(project, ["sh", "-c", "touch .git/x .git/rebuild-if-needed/x 2>/dev/null"]);
  assert.equal(touched.code, 1, "it is read-only indeed");

  await t.test("fresh: everything that only looks works", async () => {
    for (const words of [
      ["check"],
      ["status"],
      ["status", "--short"],
      [],
      ["exec", "--", "true"],
      ["history"],
    ]) {
      const { code, stderr } = await typed(project, ...words);
      assert.deepEqual([code, stderr], [0, ""], words.join(" "));
    }
    assert.deepEqual(await hook(project), { code: 0, stdout: "", stderr: "" });
  });

  await t.test("stale: it is said, nothing is run, and hooks exit 0", async () => {
    project.write("csrc/a.txt", "two\n");
    assert.equal((await typed(project, "check")).code, 10);
    assert.equal((await typed(project, "status", "--short")).stdout, "rebuild\n");
    for (const words of [[], ["exec", "--", "touch", box.path("ran")]]) {
      const { code, stderr } = await typed(project, ...words);
      assert.equal(code, 3, stderr);
      assert.match(stderr, /^rebuild-if-needed: E303 [^\n]+ Next: [^\n]+\n$/);
    }
    const { code, stdout, stderr } = await hook(project);
    assert.deepEqual([code, stdout], [0, ""]);
    assert.match(stderr, /^rebuild-if-needed: [^\n]+\n$/, "one line");
    assert.equal(project.starts(), 1);
    assert.ok(!existsSync(box.path("ran")));
    assert.match(await project.imported(), /one/);
  });
}

function bound({ box, top }: Driven, argv: readonly string[]): Promise<RunResult> {
  return box.run(top, [...(AS_BOUND ?? []), ...argv]);
}

function typed(project: Driven, ...words: readonly string[]): Promise<RunResult> {
  return bound(project, [process.execPath, programUnderTest(), ...words]);
}

function hook(project: Driven): Promise<RunResult> {
  return bound(project, [join(project.top, ".git/hooks/post-merge"), "0"]);
}
