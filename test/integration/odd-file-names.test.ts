/** Names with spaces, newlines, quotes, leading dashes and bytes that are no UTF-8: as inputs, outputs and new files. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { drivenProject, mustRun, type Driven } from "../helpers/driven-project.ts";

/** Bytes as Python writes them, and how people see the name. */
const NAMES: readonly (readonly [string, string])[] = [
  [`a b`, `a b`],
  [`new\\nline`, `new\\x0aline`],
  [`tab\\there`, `tab\\x09here`],
  [`quo\\"te'd`, `quo"te'd`],
  [`-dash`, `-dash`],
  [`--force`, `--force`],
  [`back\\\\slash`, `back\\slash`],
  [`[128,128]`, `[128,128]`],
  [`star*`, `star*`],
  [`!bang`, `!bang`],
  [`:(top)colon`, `:(top)colon`],
  [`$(touch gone)`, `$(touch gone)`],
  [`caf\\xc3\\xa9`, `café`],
  [`caf\\xe9`, `caf\\xe9`],
  [`\\xff\\xfe`, `\\xff\\xfe`],
];

test("as inputs that are new, committed, changed and removed", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  await mustRun(box, top);
  const shown = NAMES.map(([, name]) => `csrc/${name}.txt`).sort();

  await python(project, write("csrc", ".txt", "one"));
  assert.deepEqual(
    await reasons(project),
    shown.map((name) => `${name} is new`),
  );
  await mustRun(box, top);
  assert.equal((await box.cli(top, "check")).code, 0);

  await box.commit(top, "committed, not changed");
  assert.equal((await box.cli(top, "check")).code, 0, "committing what was built is no change");

  await python(project, write("csrc", ".txt", "two"));
  assert.deepEqual(
    await reasons(project),
    shown.map((name) => `${name} changed`),
  );
  await box.git(top, "checkout", "--quiet", "--", ".");
  assert.equal((await box.cli(top, "check")).code, 0, "and back");

  await python(project, `[os.remove(b"csrc/" + name + b".txt") for name in names]`);
  assert.deepEqual(
    await reasons(project),
    shown.map((name) => `${name} was removed`),
  );
  await box.git(top, "reset", "--quiet", "--hard");
  assert.equal((await box.cli(top, "check")).code, 0);
});

test("as outputs: built, deleted, emptied, restored, and put aside by the next build", async (t) => {
  const project = await drivenProject(t, { files: { "rebuild-if-needed.toml": OUTPUTS, "build.py": BUILD } });
  const { box, top } = project;
  await mustRun(box, top, "init", "--yes");
  await mustRun(box, top);
  const built = project.digest();
  assert.equal((await box.cli(top, "check")).code, 0);

  const shown = NAMES.map(([, name]) => `pkg/${name}.txt`).sort();
  await python(project, `[os.remove(b"pkg/" + name + b".txt") for name in names]`);
  assert.deepEqual(
    await reasons(project),
    shown.map((name) => `${name} is missing`),
  );
  await mustRun(box, top);
  assert.equal(project.digest(), built, "restored byte for byte");

  await python(project, `[open(b"pkg/" + name + b".txt", "w").close() for name in names]`);
  assert.deepEqual(
    await reasons(project),
    shown.map((name) => `${name} is empty`),
  );
  await box.git(top, "commit", "--quiet", "--allow-empty", "--message", "an event");
  await mustRun(box, top, "wait");
  assert.equal(project.digest(), built, "restored by an event");
  assert.equal(starts(project), 1, "nothing was built for that");

  project.write("csrc/a.txt", "two\n");
  const stale = project.digest();
  await mustRun(box, top);
  assert.equal(starts(project), 2);
  assert.notEqual(project.digest(), stale);
  project.write("csrc/a.txt", "one\n");
  await mustRun(box, top);
  assert.equal(starts(project), 2);
  assert.equal(project.digest(), built, "back to the first build");

  project.write("csrc/a.txt", "bad\n");
  const before = project.digest();
  assert.equal((await box.cli(top)).code, 1);
  assert.equal(project.digest(), before, "a failed build leaves all as it was");
});

test("in `why`, `preview` and the pairs of a pull", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  await mustRun(box, top);
  const first = await box.git(top, "rev-parse", "HEAD");
  await python(project, write("csrc", ".txt", "one"));
  const second = await box.commit(top, "odd names");
  await box.git(top, "checkout", "--quiet", first);
  const { json, code } = await box.cliJson(top, "preview", second);
  assert.equal(code, 10);
  const shown = NAMES.map(([, name]) => `csrc/${name}.txt is new`).sort();
  assert.deepEqual(json.extensions[0]?.reasons.map(({ text }) => text).sort(), shown);
  const pair = await box.cliJson(top, "preview", "--from", second, first);
  assert.deepEqual(
    pair.json.extensions[0]?.reasons.map(({ text }) => text).sort(),
    NAMES.map(([, name]) => `csrc/${name}.txt was removed`).sort(),
  );
  const { stdout } = await box.cli(top, "why", "--", "csrc/new\nline.txt");
  assert.equal(
    stdout,
    "core: a change of csrc/new\\x0aline.txt rebuilds: input rule csrc/**. Outputs: pkg/glue.py, pkg/more.py\n",
  );
});

const OUTPUTS = `preset = "none"

[[extension]]
name = "core"
inputs = ["csrc/**", "build.py"]
outputs = ["pkg/*.txt"]
build-dirs = ["work"]
recipe = [["python", "build.py"]]
`;

const LIST = `names = [${NAMES.map(([name]) => `b"${name}"`).join(", ")}]\n`;

const BUILD = `import os, sys
${LIST}
with open("../drive/starts", "a") as starts:
    starts.write("x")
text = open("csrc/a.txt").read()
for name in names:
    with open(b"pkg/" + name + b".txt", "w") as output:
        output.write(text)
if text == "bad\\n":
    sys.exit(1)
`;

function starts(project: Driven): number {
  return readFileSync(project.box.path("drive", "starts"), "utf8").length;
}

function write(folder: string, suffix: string, text: string): string {
  return `[open(b"${folder}/" + name + b"${suffix}", "w").write("${text}") for name in names]`;
}

/** What needs bytes is done by Python: a name that is no UTF-8 has no string in argv. */
async function python({ box, top }: Driven, code: string): Promise<void> {
  const result = await box.run(top, ["python3", "-c", `import os\n${LIST}${code}`]);
  assert.equal(result.code, 0, result.stderr);
}

/** Texts of all reasons, in the order of the paths that they show. */
async function reasons({ box, top }: Driven): Promise<string[]> {
  const { json, code } = await box.cliJson(top, "check");
  assert.equal(code, 10);
  return (json.extensions[0]?.reasons ?? []).map(({ text }) => text).sort();
}
