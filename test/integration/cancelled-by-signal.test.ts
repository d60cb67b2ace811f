/** Ctrl-C to a typed command, at any moment: exit 130, the old build in place, no process of the recipe left. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { drivenProject, mustRun, type Driven } from "../helpers/driven-project.ts";
import { programUnderTest } from "../helpers/sandbox.ts";
import { until } from "../helpers/until.ts";

const SETTLED =
  "rebuild-if-needed: E209 cancelled. Your previous build is in place. Next: rebuild-if-needed\n";

for (const [signal, exit] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(`${signal} while the recipe runs`, async (t) => {
    const project = await stale(t);
    const before = project.digest();
    project.drive("wait");
    const typed = start(project);
    await project.untilWaiting();
    typed.kill(signal);
    const { code, stderr } = await typed.ended;
    assert.equal(code, exit, stderr);
    assert.ok(stderr.endsWith(SETTLED), stderr);
    assert.equal(project.digest(), before, "all is as it was before the build");
    assert.match(await project.imported(), /one/);
    assertNothingLeft(project);
  });
}

test("a second SIGINT ends a recipe that ignores the first", async (t) => {
  const project = await stale(t);
  const before = project.digest();
  project.drive("wait");
  project.drive("stubborn");
  const typed = start(project);
  await project.untilWaiting();
  typed.kill("SIGINT");
  await project.untilAsked();
  typed.kill("SIGINT");
  const { code, stderr } = await typed.ended;
  assert.equal(code, 130, stderr);
  assert.equal(project.digest(), before);
  assertNothingLeft(project);
});

test("SIGINT before the builder has come up", async (t) => {
  const project = await stale(t);
  const before = project.digest();
  const known = builds(project);
  const typed = start(project);
  const isUp = (): boolean => processesIn(project.top).some((id) => commandLine(id).includes("builder"));
  await until(() => builds(project).length > known.length && isUp(), "the builder's process");
  typed.kill("SIGINT");
  const { code, stderr } = await typed.ended;
  assert.equal(code, 130, stderr);
  assert.ok(stderr.endsWith(SETTLED), stderr);
  assert.equal(project.digest(), before);
  assertNothingLeft(project);
});

test("SIGINT while the new build is verified", async (t) => {
  const project = await drivenProject(t);
  await mustRun(project.box, project.top);
  project.write("csrc/a.txt", "two\n");
  const mark = project.box.path("drive", "importing");
  const hold = `import os, time\nopen(${JSON.stringify(mark)}, "w").close()\nwhile True: time.sleep(0.01)\n`;
  project.drive("write", JSON.stringify({ "pkg/hangs.py": hold }));
  project.write(
    "rebuild-if-needed.toml",
    project.read("rebuild-if-needed.toml") + `require = ["pkg.hangs"]\n`,
  );
  const before = project.digest();
  const typed = start(project);
  await until(() => existsSync(mark), "the import");
  typed.kill("SIGINT");
  // What is imported never ends: without an answer to the signal this lasts until verifying has had its five minutes.
  await until(() => typed.hasEnded(), "the cancelled build to end", 20_000);
  const { code, stderr } = await typed.ended;
  assert.equal(code, 130, stderr);
  assert.ok(stderr.endsWith(SETTLED), stderr);
  assert.equal(project.digest(), before);
  assert.match(await project.imported(), /one/);
  assertNothingLeft(project);
});

test("a closed terminal is no wish to cancel", async (t) => {
  const project = await stale(t);
  project.drive("wait");
  const typed = start(project);
  await project.untilWaiting();
  typed.kill("SIGHUP");
  assert.equal((await typed.ended).code, 129);
  project.release("wait");
  await until(async () => (await project.box.cli(project.top, "check")).code === 0, "the build to end well");
  assert.match(await project.imported(), /two/);
});

async function stale(t: Parameters<typeof drivenProject>[0]): Promise<Driven> {
  const project = await drivenProject(t);
  await mustRun(project.box, project.top);
  project.write("csrc/a.txt", "two\n");
  return project;
}

function builds(project: Driven): string[] {
  return readdirSync(project.stateFile("builds"));
}

interface Typed {
  kill(signal: NodeJS.Signals): void;
  hasEnded(): boolean;
  readonly ended: Promise<{ readonly code: number; readonly stderr: string }>;
}

/** The command as somebody types it; a process that ends by a signal has the code that a shell shows. */
function start({ box, top }: Driven): Typed {
  const child = spawn(process.execPath, [programUnderTest()], {
    cwd: top,
    env: box.environment,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
  const numbers = new Map([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
    ["SIGKILL", 137],
  ]);
  const ended = new Promise<{ code: number; stderr: string }>((resolve) => {
    child.on("close", (code, signal) => resolve({ code: code ?? numbers.get(signal ?? "") ?? 128, stderr }));
  });
  return { kill: (signal) => child.kill(signal), hasEnded, ended };
}

/** No journal, no stage with content aside, no process that works in the tree. */
function assertNothingLeft(project: Driven): void {
  assert.ok(!existsSync(project.stateFile("journal.json")), "no journal is left");
  assert.deepEqual(processesIn(project.top), [], "no process is left");
}

function processesIn(folder: string): string[] {
  if (!existsSync("/proc/self/environ")) return [];
  return readdirSync("/proc").filter((id) => /^\d+$/.test(id) && worksIn(id, folder));
}

function commandLine(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, "latin1");
  } catch {
    return "";
  }
}

function worksIn(id: string, folder: string): boolean {
  try {
    const cwd = readlinkSync(`/proc/${id}/cwd`);
    return cwd === folder || cwd.startsWith(join(folder, "/"));
  } catch {
    return false;
  }
}
