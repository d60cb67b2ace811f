/** What a killed builder leaves running is ended by the next start: all of it, and nothing else. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import test, { type TestContext } from "node:test";
import { type Owner, startTime } from "../../src/build/owner.ts";
import { BUILD_VARIABLE } from "../../src/build/process-group.ts";
import { drivenProject, mustRun, type Driven } from "../helpers/driven-project.ts";
import { processesIn } from "../helpers/end-processes.ts";
import { programUnderTest } from "../helpers/sandbox.ts";
import { until } from "../helpers/until.ts";

/** A recipe that never ends, with compilers that have left its process group and do not hear signals. */
const RECIPE = `import os, signal, subprocess, sys
from pathlib import Path

drive = Path.cwd().parent / "drive"
if "compile" in sys.argv:
    for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)
    (drive / f"compiler-{sys.argv[2]}").write_text(str(os.getpid()))
    while True:
        signal.pause()
Path("work").mkdir(exist_ok=True)
for name in ["pkg/glue.py", "pkg/more.py"]:
    Path(name).write_text("VALUE = 1\\n")
if (drive / "wait").exists():
    for number in "12":
        subprocess.Popen([sys.executable, "build.py", "compile", number], start_new_session=number == "2")
    while True:
        signal.pause()
`;

const skip = process.platform === "linux" ? false : "finds orphans by /proc";

test(
  "after SIGKILL the next start ends every process of the recipe, and no look-alike",
  { skip },
  async (t) => {
    const project = await building(t);
    const orphans = await compilers(project);
    const strangers = lookAlikes(t, project);
    const [reused = 0] = strangers;
    const journal = JSON.parse(readFileSync(project.stateFile("journal.json"), "utf8")) as {
      buildId: string;
      owner: Owner;
    };
    process.kill(journal.owner.pid, "SIGKILL");
    await until(() => startTime(journal.owner.pid) === null, "the builder's end");
    assert.ok(orphans.every(isRunning), "the orphans go on");
    // The builder's process id has been given to a process of the person.
    const owner = { ...journal.owner, pid: reused };
    writeFileSync(project.stateFile("journal.json"), JSON.stringify({ ...journal, owner }));
    assert.equal((await project.box.cli(project.top, "check")).code, 10);
    assert.ok(!existsSync(project.stateFile("journal.json")), "it has recovered");
    await until(() => !orphans.some(isRunning), "the orphans' end");
    assert.deepEqual(processesIn(project.top).sort(), [...strangers].sort(), "all others live");
  },
);

test("a recipe that never ends: `cancel`, and all of it has ended but no look-alike", { skip }, async (t) => {
  const project = await building(t);
  const orphans = await compilers(project);
  const strangers = lookAlikes(t, project);
  await mustRun(project.box, project.top, "cancel");
  await until(() => !existsSync(project.stateFile("journal.json")), "the roll-back");
  assert.ok(!orphans.some(isRunning));
  await until(() => processesIn(project.top).length <= strangers.length, "the builder's end");
  assert.deepEqual(processesIn(project.top).sort(), [...strangers].sort(), "all others live");
});

/** A project whose builder runs, and whose recipe has started all that it starts. */
async function building(t: TestContext): Promise<Driven> {
  const project = await drivenProject(t, { files: { "build.py": RECIPE } });
  await mustRun(project.box, project.top);
  project.write("csrc/a.txt", "two\n");
  project.drive("wait");
  const typed = spawn(process.execPath, [programUnderTest()], {
    cwd: project.top,
    env: project.box.environment,
    stdio: "ignore",
  });
  await compilers(project);
  typed.kill("SIGKILL"); // who only watches is not needed any more
  return project;
}

async function compilers({ box }: Driven): Promise<number[]> {
  const files = ["1", "2"].map((number) => box.path("drive", `compiler-${number}`));
  const pids = (): number[] =>
    files.map((file) => (existsSync(file) ? Number(readFileSync(file, "utf8")) : 0));
  await until(() => pids().every((pid) => pid > 0), "the compilers to run");
  return pids();
}

/** Processes of the person in the same folder: the same command line, and marks that are nearly ours. */
function lookAlikes(t: TestContext, project: Driven): number[] {
  const journal = JSON.parse(readFileSync(project.stateFile("journal.json"), "utf8")) as { buildId: string };
  const marks: Record<string, string>[] = [
    {},
    { [BUILD_VARIABLE]: `${journal.buildId}0` },
    { [`X${BUILD_VARIABLE}`]: journal.buildId },
    { [BUILD_VARIABLE]: "20200101-000000-1-0000" },
  ];
  const children = marks.map((mark): ChildProcess => {
    return spawn("python3", ["build.py", "compile", "mine"], {
      cwd: project.top,
      env: { ...project.box.environment, ...mark },
      stdio: "ignore",
      detached: true,
    });
  });
  t.after(() => children.forEach((child) => child.kill("SIGKILL")));
  return children.map((child) => child.pid ?? 0);
}

function isRunning(pid: number): boolean {
  return startTime(pid) !== null;
}
