/** undo, preview of revisions and pairs, why, history, status and exec, as a person and a program read them. */
import assert from "node:assert/strict";
import test from "node:test";
import type { HistoryEntry } from "../../src/store/history.ts";
import { builtProject, drivenProject, mustRun, type Driven } from "../helpers/driven-project.ts";
import { type CheckAnswer, programUnderTest } from "../helpers/sandbox.ts";

test("undo puts the build before back, an event leaves it so, and a typed command builds again", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  const none = await box.cli(top, "undo");
  assert.equal(none.code, 1);
  assert.equal(
    none.stderr,
    "rebuild-if-needed: E207 no earlier build of core is kept. Nothing was changed. Next: rebuild-if-needed undo --list\n",
  );
  await commitAndBuild(project, "two\n");
  const list = (await mustRun(box, top, "undo", "--list")).trimEnd().split("\n");
  assert.equal(list.length, 2);
  assert.match(list[0] ?? "", /^\* core {2}\S+Z {2}commit [0-9a-f]{9} {2}2 files$/);
  assert.match(list[1] ?? "", /^ {2}core {2}\S+Z {2}commit [0-9a-f]{9} {2}2 files$/);

  const { code, stderr } = await box.cli(top, "undo");
  assert.equal(code, 0);
  assert.match(stderr, /^undone: core is the build of \S+Z again \(commit [0-9a-f]{9}\) in [\d.]+ m?s\n$/);
  assert.match(await project.imported(), /one/);
  assert.equal((await box.cli(top, "check")).code, 10);
  const event = await box.run(top, ["git", "commit", "--quiet", "--allow-empty", "-m", "event"]);
  assert.equal(
    event.stderr,
    "rebuild-if-needed: stale: core (csrc/a.txt changed), and its build was undone by you, so it is not tried again. Next: rebuild-if-needed\n",
  );
  assert.match(await project.imported(), /one/);
  await mustRun(box, top);
  assert.match(await project.imported(), /two/);
  assert.equal(project.starts(), 2, "it came from its slot");
});

test("preview of a revision: restore where it was built, rebuild where not, fresh for documentation", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  await commitAndBuild(project, "two\n");
  await box.git(top, "branch", "native");
  await box.git(top, "switch", "--quiet", "--create", "docs");
  project.write("README.md", "# more\n");
  await box.commit(top, "docs");
  await box.git(top, "switch", "--quiet", "native");
  project.write("csrc/b.txt", "never built\n");
  await box.with({ CI: "1" }).commit(top, "native");
  await box.with({ CI: "1" }).git(top, "switch", "--quiet", "main");
  const answer = async (...argv: readonly string[]): Promise<unknown[]> => {
    const { code, json } = await box.cliJson(top, "preview", ...argv);
    return [code, json.decision, json.extensions[0]?.reasons.map(({ text }) => text)];
  };
  assert.deepEqual(await answer("HEAD"), [0, "fresh", []]);
  assert.deepEqual(await answer("docs"), [0, "fresh", []]);
  assert.deepEqual(await answer("HEAD~1"), [10, "restore", ["csrc/a.txt changed"]]);
  assert.deepEqual(await answer("native"), [10, "rebuild", ["csrc/b.txt changed"]]);
  assert.deepEqual(await answer("native", "--from", "HEAD~1"), [
    10,
    "rebuild",
    ["csrc/a.txt changed", "csrc/b.txt changed"],
  ]);
  assert.equal(project.starts(), 2);
});

test("preview says when git itself would overwrite an output on the way", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  const quiet = box.with({ CI: "1" });
  await quiet.git(top, "switch", "--quiet", "--create", "tracks-it");
  await quiet.git(top, "add", "--force", "pkg/glue.py");
  await quiet.git(top, "commit", "--quiet", "--message", "track an output");
  await quiet.git(top, "switch", "--quiet", "main");
  const { code, json } = await box.cliJson(top, "preview", "--from", "main", "tracks-it");
  assert.equal(code, 10);
  assert.deepEqual(json.extensions[0]?.reasons, [
    {
      kind: "output-tracked",
      path: "pkg/glue.py",
      text: "git itself would overwrite pkg/glue.py: it is tracked there",
    },
  ]);
  const back = await box.cliJson(top, "preview", "--from", "tracks-it", "main");
  assert.deepEqual(back.json.extensions[0]?.reasons, [
    { kind: "output-missing", path: "pkg/glue.py", text: "git itself would remove pkg/glue.py" },
  ]);
  assert.equal((await box.cliJson(top, "check")).json.decision, "restore", "which is what has happened here");
});

test("preview --stdin: a line for a line, in order; a bad one is answered and the others go on", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  project.write("csrc/a.txt", "two\n");
  await box.commit(top, "native");
  project.write("README.md", "# more\n");
  await box.commit(top, "docs");
  const lines = ["HEAD~2 HEAD~1", "HEAD~1 HEAD", "nope HEAD", "only-one", "HEAD HEAD~2"];
  const result = await box.run(top, [process.execPath, programUnderTest(), "preview", "--stdin"], {
    input: `${lines.join("\n")}\n`,
  });
  assert.equal(result.code, 2);
  assert.equal(result.stderr, "");
  const answers = result.stdout.trimEnd().split("\n").map(parsePair);
  assert.deepEqual(
    answers.map((one) => [one.old, one.new, one.decision, one.error?.code]),
    [
      ["HEAD~2", "HEAD~1", "rebuild", undefined],
      ["HEAD~1", "HEAD", "fresh", undefined],
      ["nope", "HEAD", undefined, "E121"],
      ["only-one", "", undefined, "E104"],
      ["HEAD", "HEAD~2", "rebuild", undefined],
    ],
  );
  assert.deepEqual(answers[3], {
    version: 1,
    old: "only-one",
    new: "",
    error: {
      code: "E104",
      message: `this line is not "OLD NEW": only-one`,
      next: "give two commits, separated by a space",
    },
  });
  const good = await box.run(top, [process.execPath, programUnderTest(), "preview", "--stdin"], {
    input: "HEAD~1 HEAD",
  });
  assert.equal(good.code, 0);
});

test("why names the rule", async (t) => {
  const { box, top } = await builtProject(t);
  for (const [path, text] of [
    ["csrc/a.txt", "a change of csrc/a.txt rebuilds: input rule csrc/**. Outputs: pkg/glue.py, pkg/more.py"],
    [
      "csrc/not-there.cu",
      "a change of csrc/not-there.cu rebuilds: input rule csrc/**. Outputs: pkg/glue.py, pkg/more.py",
    ],
    ["README.md", "a change of README.md rebuilds nothing: no input rule names it"],
    ["pkg/glue.py", "pkg/glue.py is an output of the last build; a damaged one is restored"],
  ] as const) {
    assert.equal(await mustRun(box, top, "why", path), `core: ${text}\n`);
  }
});

test("history and status tell of every attempt", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  project.write("csrc/a.txt", "two\n");
  project.drive("fail", "7");
  assert.equal((await box.cli(top)).code, 1);
  project.write("csrc/a.txt", "one\n");
  await box.git(top, "checkout", "--quiet", "--", ".");
  const { json } = await box.cliJson<{ version: number; builds: HistoryEntry[] }>(top, "history");
  assert.equal(json.version, 1);
  assert.deepEqual(
    json.builds.map(({ action, trigger, result, level, reasons }) => [
      action,
      trigger,
      result,
      level,
      reasons.map(({ text }) => text),
    ]),
    [
      ["rebuild", "typed", "good", "clean", ["no verified build is recorded here"]],
      ["rebuild", "typed", "failed", "clean", ["csrc/a.txt changed"]],
    ],
  );
  assert.equal((await box.cli(top, "status", "--short")).stdout, "");
  const history = await mustRun(box, top, "history");
  assert.match(
    history,
    /^\d{4}-\d\d-\d\d \d\d:\d\d  good {7}rebuild \(clean\) of core at [0-9a-f]{9} in [\d.]+ m?s, by typed\n {2}no verified build is recorded here\n/,
  );
  assert.match(
    history,
    /\n\S+ \S+  failed {5}rebuild [^\n]+\n {2}csrc\/a\.txt changed\n {2}E201 build failed /,
  );
  const status = await mustRun(box, top, "status");
  assert.match(
    status,
    /^fresh: core is the build of this source\nlast: rebuild of core at \S+Z: failed in [\d.]+ m?s\n$/,
  );
  project.write("csrc/a.txt", "three\n");
  const short = await box.cli(top, "status", "--short");
  assert.deepEqual([short.code, short.stdout], [10, "rebuild\n"]);
});

test("exec builds first, gives CMD's own exit code, and runs nothing when the build fails", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  const python = "import sys; sys.path.insert(0, '.'); from pkg import glue; print(glue.VALUE); sys.exit(5)";
  const fresh = await box.cli(top, "exec", "--", "python3", "-B", "-c", python);
  assert.deepEqual([fresh.code, fresh.stdout], [5, "b'one\\nbee\\n'\n"]);
  project.write("csrc/a.txt", "two\n");
  const built = await box.cli(top, "exec", "--", "python3", "-B", "-c", python);
  assert.deepEqual([built.code, built.stdout], [5, "b'two\\nbee\\n'\n"]);
  project.write("csrc/a.txt", "three\n");
  project.drive("fail", "7");
  const failed = await box.cli(top, "exec", "--", "python3", "-B", "-c", python);
  assert.deepEqual([failed.code, failed.stdout], [1, ""]);
});

async function commitAndBuild(project: Driven, text: string): Promise<void> {
  project.write("csrc/a.txt", text);
  await project.box.with({ CI: "1" }).commit(project.top, text.trim());
  await mustRun(project.box, project.top);
}

type Pair = Partial<CheckAnswer> & {
  readonly old: string;
  readonly new: string;
  readonly error?: { readonly code: string };
};

function parsePair(line: string): Pair {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the asserts on it are the parser
  return JSON.parse(line) as Pair;
}
