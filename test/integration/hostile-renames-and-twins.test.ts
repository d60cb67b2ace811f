/** Renames, names that differ in case or in Unicode form alone, very long ones, and modes. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { checked, paired, previewed } from "../helpers/answers.ts";
import { type Driven, drivenProject, mustRun } from "../helpers/driven-project.ts";

const NFC = "caf\u00E9.h";
const NFD = "cafe\u0301.h";

test("a rename is a removal and an addition, however similar the files and names", async (t) => {
  const project = await drivenProject(t, {
    files: {
      "csrc/old/kernel.cu": "x\n".repeat(200),
      "csrc/old/more.cuh": "one\n",
      [`csrc/${NFC}`]: "one\n",
    },
  });
  const { box, top } = project;
  await box.git(top, "config", "diff.renames", "copies");
  await box.git(top, "config", "core.precomposeUnicode", "true");
  await mustRun(box, top);
  const first = await box.git(top, "rev-parse", "HEAD");
  const expected: string[] = [];
  const move = async (from: string, to: string): Promise<void> => {
    await box.git(top, "mv", from, to);
  };
  await move("csrc/old", "csrc/new");
  await move("csrc/a.txt", "csrc/A.txt");
  await move(`csrc/${NFC}`, `csrc/${NFD}`);
  for (const name of ["new/kernel.cu", "new/more.cuh", "A.txt", NFD])
    expected.push(`input-added csrc/${name}`);
  for (const name of ["old/kernel.cu", "old/more.cuh", "a.txt", NFC])
    expected.push(`input-removed csrc/${name}`);
  expected.sort();
  assert.deepEqual(await checked(project), ["rebuild", ...expected]);
  const second = await box.commit(top, "renamed");
  assert.deepEqual(await paired(project, first, second), ["rebuild", ...expected]);
  await box.git(top, "checkout", "--quiet", first);
  assert.deepEqual(await checked(project), ["fresh"]);
  assert.deepEqual(await previewed(project, second), ["rebuild", ...expected]);
});

test("twins are two files, also with a config that was copied from another system", async (t) => {
  const long = `csrc/${"long/".repeat(60)}${"n".repeat(250)}.h`;
  const project = await drivenProject(t, { files: { [`csrc/${NFC}`]: "one\n", "csrc/m.h": "one\n" } });
  const { box, top } = project;
  await box.git(top, "config", "core.ignoreCase", "true");
  await box.git(top, "config", "core.precomposeUnicode", "true");
  await mustRun(box, top);
  project.write(`csrc/${NFD}`, "one\n");
  project.write("csrc/M.h", "one\n");
  project.write("csrc/block_shape=[128,128].json", "{}\n");
  project.write("csrc/a[1].h", "one\n");
  project.write(long, "one\n");
  const names = [NFD, "M.h", "block_shape=[128,128].json", "a[1].h"].map((name) => `csrc/${name}`);
  const added = [...names, long].map((path) => `input-added ${path}`).sort();
  assert.deepEqual(await checked(project), ["rebuild", ...added]);
  await mustRun(box, top);
  assert.deepEqual(await checked(project), ["fresh"]);
  assert.deepEqual(await previewed(project, "HEAD"), ["fresh"], "untracked files stay where they are");
  project.write(`csrc/${NFD}`, "two\n");
  rmSync(join(top, "csrc/M.h"));
  assert.deepEqual(await checked(project), [
    "rebuild",
    `input-changed csrc/${NFD}`,
    "input-removed csrc/M.h",
  ]);
});

test("the executable bit is no content, odd modes of old trees are none; a file that becomes a link or a folder changes", async (t) => {
  const project = await drivenProject(t, { files: { "csrc/one.h": "b.txt", "csrc/two.h": "two\n" } });
  const { box, top } = project;
  await mustRun(box, top);
  const first = await box.git(top, "rev-parse", "HEAD");
  chmodSync(join(top, "csrc/one.h"), 0o755);
  assert.deepEqual(await checked(project), ["fresh"]);
  const second = await box.commit(top, "executable");
  assert.deepEqual(await paired(project, first, second), ["fresh"]);
  assert.deepEqual(await checked(project), ["fresh"]);

  const csrc = await oddTree(project, `${first}:csrc`);
  const listed = await box.git(top, "ls-tree", first);
  const input = `${listed.replace(/[0-9a-f]{40}\tcsrc/, `${csrc}\tcsrc`)}\n`;
  const outer = await box.run(top, ["git", "mktree"], { input });
  const commit = await box.git(top, "commit-tree", "-p", first, "-m", "old modes", outer.stdout.trim());
  assert.notEqual(csrc, await box.git(top, "rev-parse", `${first}:csrc`), "another tree, of the same files");
  assert.deepEqual(await paired(project, first, commit), ["fresh"]);
  assert.deepEqual(await previewed(project, commit), ["fresh"]);

  rmSync(join(top, "csrc/one.h"));
  symlinkSync("b.txt", join(top, "csrc/one.h"));
  rmSync(join(top, "csrc/two.h"));
  mkdirSync(join(top, "csrc/two.h"));
  project.write("csrc/two.h/inside.h", "one\n");
  const expected = [
    "input-added csrc/two.h/inside.h",
    "input-changed csrc/one.h",
    "input-removed csrc/two.h",
  ];
  assert.deepEqual(await checked(project), ["rebuild", ...expected]);
  const third = await box.commit(top, "link and folder");
  assert.deepEqual(await checked(project), ["rebuild", ...expected]);
  assert.deepEqual(await paired(project, first, third), ["rebuild", ...expected]);
  await box.git(top, "checkout", "--quiet", first);
  renameSync(join(top, "csrc"), join(top, "gone"));
  project.write("csrc", "a file where the folder was\n");
  const answer = await checked(project);
  assert.ok(
    answer.includes("input-removed csrc/two.h") && answer.includes("input-added csrc"),
    answer.join("\n"),
  );
});

/** The same tree with the modes that git wrote before 1.5 (100664). */
async function oddTree({ box, top }: Driven, from: string): Promise<string> {
  const script = `import subprocess, sys
lines = subprocess.check_output(["git", "ls-tree", sys.argv[1]]).splitlines()
tree = b""
for line in lines:
    mode, _, rest = line.split(b" ", 2)
    oid, name = rest.split(b"\\t")
    tree += mode.replace(b"100644", b"100664") + b" " + name + b"\\0" + bytes.fromhex(oid.decode())
sys.stdout.write(subprocess.check_output(["git", "hash-object", "-t", "tree", "--literally", "-w", "--stdin"], input=tree).decode())
`;
  const { code, stdout, stderr } = await box.run(top, ["python3", "-c", script, from]);
  assert.equal(code, 0, stderr);
  return stdout.trim();
}
