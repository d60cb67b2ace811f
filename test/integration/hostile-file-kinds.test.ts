/** What is no plain file where an input should be: pipes, sockets, devices, circles, giants, and what vanishes. */
import assert from "node:assert/strict";
import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, symlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { checked, previewed } from "../helpers/answers.ts";
import { type Driven, drivenProject, mustRun } from "../helpers/driven-project.ts";
import { programUnderTest } from "../helpers/sandbox.ts";

test("pipes, sockets and devices are never opened", async (t) => {
  const project = await drivenProject(t, {
    files: { "csrc/c.txt": "cee\n", "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\n' },
  });
  const { box, top } = project;
  await mustRun(box, top);
  symlinkSync("/dev/zero", join(top, "csrc/zero.h"));
  assert.deepEqual(await checked(project), ["rebuild", "input-added csrc/zero.h"]);
  rmSync(join(top, "csrc/zero.h"));
  for (const path of ["csrc/a.txt", "csrc/b.txt", "csrc/c.txt", "pyproject.toml", "setup.py"])
    rmSync(join(top, path), { force: true });
  const script = `import os, socket
os.mkfifo("csrc/a.txt"); os.mkfifo("pyproject.toml"); os.mkfifo("setup.py"); os.mkfifo("csrc/new.h")
socket.socket(socket.AF_UNIX).bind("csrc/b.txt")
os.symlink("a.txt", "csrc/c.txt")
`;
  assert.equal((await box.run(top, ["python3", "-c", script])).code, 0);
  const gone = [
    "changed csrc/c.txt",
    "removed csrc/a.txt",
    "removed csrc/b.txt",
    "removed pyproject.toml",
  ].map((what) => `input-${what}`);
  const answer = await box.run(top, ["timeout", "60", ...command("check", "--json")]);
  assert.equal(answer.code, 10, answer.stderr);
  assert.deepEqual(await checked(project), ["rebuild", ...gone]);
  assert.deepEqual(await previewed(project, "HEAD"), ["rebuild", ...gone]);
  assert.equal((await box.cli(top, "why", "csrc/a.txt")).code, 0);
});

test("a pipe where the configuration should be", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  await mustRun(box, top);
  rmSync(join(top, "rebuild-if-needed.toml"));
  await box.run(top, ["mkfifo", "rebuild-if-needed.toml"]);
  const { code } = await box.run(top, ["timeout", "60", ...command("check")]);
  assert.equal(code, 2, "no configuration that can be read");
});

test("outputs in whose place there is a pipe, a folder, a link or nothing", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  await mustRun(box, top);
  rmSync(join(top, "pkg/glue.py"));
  await box.run(top, ["mkfifo", "pkg/glue.py"]);
  assert.deepEqual(await checked(project), ["restore", "output-changed pkg/glue.py"]);
  rmSync(join(top, "pkg/glue.py"));
  mkdirSync(join(top, "pkg/glue.py"));
  rmSync(join(top, "pkg/more.py"));
  assert.deepEqual(await checked(project), [
    "restore",
    "output-changed pkg/glue.py",
    "output-missing pkg/more.py",
  ]);
  rmSync(join(top, "pkg/glue.py"), { recursive: true });
  await mustRun(box, top);
  assert.deepEqual(await checked(project), ["fresh"]);
  assert.equal(project.starts(), 1);
});

test("a tracked folder in a circle of links, and one that cannot be reached", async (t) => {
  const project = await drivenProject(t, { files: { "csrc/sub/a.h": "one\n", "csrc/sub/b.h": "one\n" } });
  const { box, top } = project;
  await mustRun(box, top);
  rmSync(join(top, "csrc/sub"), { recursive: true });
  symlinkSync("sub", join(top, "csrc/sub"));
  const removed = ["input-removed csrc/sub/a.h", "input-removed csrc/sub/b.h"];
  assert.deepEqual(await checked(project), ["rebuild", "input-added csrc/sub", ...removed]);
  await box.git(top, "update-index", "--assume-unchanged", "csrc/sub/a.h", "--split-index");
  assert.deepEqual(await checked(project), ["rebuild", "input-added csrc/sub", ...removed]);
});

test("an input of 2 GiB is hashed as a stream", async (t) => {
  const project = await drivenProject(t, {
    files: { "build.py": "open('pkg/glue.py', 'w'); open('pkg/more.py', 'w')\n" },
  });
  const { box, top } = project;
  await mustRun(box, top);
  giant(project, "");
  assert.deepEqual(await checked(project), ["rebuild", "input-added csrc/giant.bin"]);
  await box.git(top, "config", "filter.broken.clean", "false");
  await box.git(top, "config", "filter.broken.required", "true");
  project.write(".git/info/attributes", "giant.bin filter=broken\n");
  assert.deepEqual(
    await checked(project),
    ["rebuild", "input-added csrc/giant.bin"],
    "past git's own way too",
  );
});

test("inputs that come and go while the look is under way", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  await mustRun(box, top);
  const script = `import os, subprocess, sys, threading
stop = threading.Event()
def flicker():
    while not stop.is_set():
        for n in range(40):
            open(f"csrc/flicker{n}.h", "w").write("x")
        for n in range(40):
            os.remove(f"csrc/flicker{n}.h")
thread = threading.Thread(target=flicker)
thread.start()
codes = {subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode for _ in range(4)}
stop.set()
thread.join()
print(sorted(codes - {0, 10}))
`;
  const { stdout, stderr } = await box.run(top, ["python3", "-c", script, ...command("check", "--json")]);
  assert.equal(stdout, "[]\n", stderr);
  assert.equal(stderr, "");
  assert.deepEqual(await checked(project), ["fresh"]);
});

function command(...args: readonly string[]): string[] {
  return [process.execPath, programUnderTest(), ...args];
}

/** Sparse on disk: it takes no room. */
function giant({ top }: Driven, text: string): void {
  const file = openSync(join(top, "csrc/giant.bin"), "w");
  ftruncateSync(file, 2 ** 31 + 4096);
  writeSync(file, text);
  closeSync(file);
}
