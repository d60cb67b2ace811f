/** Files in a build directory that are not ours come back to their place, or lie in quarantine; none is ever gone. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { CONFIG, drivenProject, mustRun, type Driven } from "../helpers/driven-project.ts";

/** Names as people have them, and such as build systems have them too. */
const MINE = ["work/notes.txt", "work/lib/notes.txt", "work/mine.o", "work/sub/mine.so", 'work/a b\n"c".md'];

test("before any build of ours is known", async (t) => {
  const project = await drivenProject(t);
  for (const path of MINE) project.write(path, `mine: ${path}`);
  await mustRun(project.box, project.top);
  assertKept(project);
});

test("after init called the present build unproven", async (t) => {
  const project = await drivenProject(t);
  await buildByHand(project);
  for (const path of MINE) project.write(path, `mine: ${path}`);
  await mustRun(project.box, project.top, "init", "--yes");
  await mustRun(project.box, project.top);
  assert.equal(project.starts(), 2, "the unproven build was made again");
  assertKept(project);
});

test("after init took the present build on the person's word", async (t) => {
  const project = await drivenProject(t);
  await buildByHand(project);
  for (const path of MINE) project.write(path, `mine: ${path}`);
  await mustRun(project.box, project.top, "init", "--yes", "--assume-fresh");
  project.write("csrc/a.txt", "two\n");
  await mustRun(project.box, project.top);
  assertKept(project);
});

test("after a build of ours, and again after the next", async (t) => {
  const project = await drivenProject(t);
  await mustRun(project.box, project.top);
  for (const path of MINE) project.write(path, `mine: ${path}`);
  for (const text of ["two\n", "three\n"]) {
    project.write("csrc/a.txt", text);
    await mustRun(project.box, project.top);
    for (const path of MINE) assert.equal(project.read(path), `mine: ${path}`, `${path} is in its place`);
  }
});

test("after an incremental build, which leaves the directory as it is", async (t) => {
  const files = {
    "rebuild-if-needed.toml": CONFIG.replace(`preset = "none"`, `preset = "none"\nstrategy = "ladder"`),
  };
  const project = await drivenProject(t, { files });
  await mustRun(project.box, project.top);
  for (const path of MINE) project.write(path, `mine: ${path}`);
  project.write("csrc/a.txt", "two\n");
  await mustRun(project.box, project.top);
  assert.match(await mustRun(project.box, project.top, "history"), /rebuild \(incremental\) of core/);
  await mustRun(project.box, project.top, "--force");
  assertKept(project);
});

test("where the build makes a file of the same name, mine is in quarantine and the report says where", async (t) => {
  const project = await drivenProject(t);
  project.write("work/object.txt", "mine");
  project.drive("write", JSON.stringify({ "work/object.txt": "the recipe's" }));
  const { code, stderr } = await project.box.cli(project.top);
  assert.equal(code, 0, stderr);
  assert.equal(project.read("work/object.txt"), "the recipe's");
  const [, keptAt = ""] = /^moved aside: .*work\/object\.txt -> (\S+) \(/m.exec(stderr) ?? [];
  assert.equal(readFileSync(keptAt, "utf8"), "mine", stderr);
});

test("a failed build leaves the directory as it was, byte for byte", async (t) => {
  const project = await drivenProject(t);
  await mustRun(project.box, project.top);
  for (const path of MINE) project.write(path, `mine: ${path}`);
  project.write("csrc/a.txt", "two\n");
  const before = project.digest();
  project.drive("fail", "7");
  assert.equal((await project.box.cli(project.top)).code, 1);
  assert.equal(project.digest(), before);
});

for (const [what, folder, file] of [
  ["a folder", "work/caf\\xe9", "work/caf\\xe9/mine.txt"],
  ["a file", "work", "work/\\xff.txt"],
] as const) {
  test(`${what} of mine whose name is no UTF-8`, async (t) => {
    const project = await drivenProject(t);
    await mustRun(project.box, project.top);
    const make = `import os; os.makedirs(b"${folder}", exist_ok=True); open(b"${file}", "w").write("mine")`;
    assert.equal((await project.box.run(project.top, ["python3", "-c", make])).code, 0);
    project.write("csrc/a.txt", "two\n");
    const { code, stderr } = await project.box.cli(project.top);
    assert.equal(code, 0, stderr);
    assert.match(await project.imported(), /two/, stderr);
    const shown = await project.box.run(project.top, ["python3", "-c", `print(open(b"${file}").read())`]);
    assert.equal(shown.stdout, "mine\n", stderr);
    assert.equal((await project.box.cli(project.top, "check")).code, 0);
  });
}

function assertKept(project: Driven): void {
  const quarantine = project.stateFile("quarantine");
  const kept = existsSync(quarantine) ? JSON.stringify(readAll(quarantine)) : "";
  const lost = MINE.filter((path) => {
    const place = join(project.top, path);
    return (
      !(existsSync(place) && readFileSync(place, "utf8") === `mine: ${path}`) &&
      !kept.includes(JSON.stringify(`mine: ${path}`).slice(1, -1))
    );
  });
  assert.deepEqual(lost, [], "files of a person that are neither in their place nor in quarantine");
}

/** Content of every file below a folder. */
function readAll(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? readAll(path) : [readFileSync(path, "utf8")];
  });
}

async function buildByHand(project: Driven): Promise<void> {
  const { code, stderr } = await project.box.run(project.top, ["python3", "build.py"]);
  assert.equal(code, 0, stderr);
}
