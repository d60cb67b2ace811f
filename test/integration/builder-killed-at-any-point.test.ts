/**
 * SIGKILL to the builder, at every stage and at random moments: afterwards any command finds the old build or the new
 * one, byte for byte, and files of a person among the outputs are as they were. On Linux nothing-is-lost.test.ts has the
 * random ones, at exact calls; elsewhere `REBUILD_IF_NEEDED_KILLS` and `REBUILD_IF_NEEDED_SEED` are of those here.
 */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, openSync, closeSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startTime } from "../../src/build/owner.ts";
import { newBuildId, writeRequest } from "../../src/build/request.ts";
import { findWorkspace } from "../../src/git/workspace.ts";
import { drivenProject, mustRun, OUTPUTS, type Driven } from "../helpers/driven-project.ts";
import { programUnderTest } from "../helpers/sandbox.ts";
import { seeded, testSeed } from "../helpers/seeded.ts";
import { until } from "../helpers/until.ts";

const KILLS = Number(process.env["REBUILD_IF_NEEDED_KILLS"] ?? 16);
const SEED = testSeed(16);

const MINE: Readonly<Record<string, string>> = {
  "pkg/mine.py": "MINE = 1\n",
  "pkg/glue_notes.txt": "mine",
  "work/notes.txt": "mine",
};

for (const stage of ["doctor", "put aside", "build", "verify", "observe again", "roll back"]) {
  test(`killed when it says "${stage}"`, async (t) => {
    const project = await prepare(t);
    project.write("csrc/a.txt", "two\n");
    if (stage === "roll back") project.drive("fail", "1");
    const builder = await startBuilder(project);
    await until(() => saidStage(project, builder.buildId, stage), stage);
    await builder.kill();
    await assertOldOrNew(project, "one\n", "two\n");
    project.release("fail");
    await mustRun(project.box, project.top);
    assert.equal(state(project, "one\n", "two\n"), "new", "and the next build succeeds");
    assertMine(project);
  });
}

const isLinux = process.platform === "linux";

test(
  "killed while the recipe stands half-way: its processes end with the recovery",
  { skip: !isLinux },
  async (t) => {
    const project = await prepare(t);
    project.write("csrc/a.txt", "two\n");
    project.drive("wait");
    project.drive("stubborn");
    const builder = await startBuilder(project);
    await project.untilWaiting();
    const recipe = Number(readFileSync(project.box.path("drive", "waiting"), "utf8"));
    await builder.kill();
    assert.ok(isRunning(recipe), "the orphan goes on");
    const { code, stderr } = await project.box.cli(project.top, "check");
    assert.equal(code, 10);
    assert.equal(
      stderr,
      `rebuild-if-needed: build ${builder.buildId} was interrupted; your previous build is in place again\n`,
    );
    await until(() => !isRunning(recipe), "the orphan to end", 5000);
    assert.equal(state(project, "one\n", "two\n"), "old");
  },
);

test("status and a git event recover as well", async (t) => {
  for (const command of [["status"], ["hook", "post-merge", "0"]]) {
    const project = await prepare(t);
    project.write("csrc/a.txt", "two\n");
    project.drive("wait");
    const builder = await startBuilder(project);
    await project.untilWaiting();
    await builder.kill();
    project.release("wait");
    await project.box.cli(project.top, ...command);
    assert.ok(!existsSync(project.stateFile("journal.json")), `${command.join(" ")} recovers`);
  }
});

// On Linux nothing-is-lost.test.ts does it at exact calls.
if (!isLinux) test(`killed at ${KILLS} random moments (seed ${SEED})`, killedAtRandom);

async function killedAtRandom(t: TestContext): Promise<void> {
  t.diagnostic(`seed ${SEED}: REBUILD_IF_NEEDED_SEED=${SEED} repeats it`);
  const random = seeded(SEED).number;
  const project = await prepare(t);
  const began = performance.now();
  await (
    await startBuilder(project)
  ).ended; // fresh: how long the shortest run is
  const longestMs = (performance.now() - began) * 2.5;
  let present = "one\n";
  for (let kill = 1; kill <= KILLS; kill++) {
    // A third of the time a text that was built before, so that restores are hit as well.
    const text = random() < 0.33 ? `text ${Math.floor(random() * 4)}\n` : `text ${kill}\n`;
    if (text === present) continue;
    project.write("csrc/a.txt", text);
    const delayMs = random() * longestMs;
    await t.test(
      `kill ${kill}: ${Math.round(delayMs)} ms into the build of ${JSON.stringify(text)}`,
      async () => {
        const builder = await startBuilder(project);
        await Promise.race([pause(delayMs), builder.ended]);
        await builder.kill();
        if ((await assertOldOrNew(project, present, text)) === "new") present = text;
      },
    );
  }
  await mustRun(project.box, project.top);
  assertMine(project);
}

async function prepare(t: Parameters<typeof drivenProject>[0]): Promise<Driven> {
  const project = await drivenProject(t);
  await mustRun(project.box, project.top);
  for (const [path, text] of Object.entries(MINE)) project.write(path, text);
  return project;
}

/** After any command: all outputs old or all new, `check` agrees, nothing is left over, and mine is mine. */
async function assertOldOrNew(project: Driven, old: string, now: string): Promise<"old" | "new"> {
  const { json, code } = await project.box.cliJson(project.top, "check");
  const found = state(project, old, now);
  assert.equal(code, found === "new" ? 0 : 10, JSON.stringify(json));
  assert.ok(!existsSync(project.stateFile("journal.json")), "no journal is left");
  assert.deepEqual(
    readdirSync(join(project.top, "pkg")).filter((name) => name.startsWith(".")),
    [],
    "nothing hidden is left",
  );
  assertMine(project);
  return found;
}

function state(project: Driven, old: string, now: string): "old" | "new" {
  const texts = OUTPUTS.map((path) => project.read(path));
  for (const [name, text] of [
    ["new", now],
    ["old", old],
  ] as const) {
    const want = `VALUE = b${pythonRepr(`${text}bee\n`)}\n`;
    if (texts.every((one) => one === want)) return name;
  }
  throw new Error(`neither old nor new: ${JSON.stringify(texts)}`);
}

function assertMine(project: Driven): void {
  for (const [path, text] of Object.entries(MINE)) assert.equal(project.read(path), text, path);
}

function pythonRepr(text: string): string {
  return `'${text.replaceAll("\n", "\\n")}'`;
}

interface Builder {
  readonly buildId: string;
  readonly ended: Promise<void>;
  kill(): Promise<void>;
}

/** The builder as `startBuilder` starts it, but known to us by its process. */
async function startBuilder(project: Driven): Promise<Builder> {
  const ws = await findWorkspace(project.top);
  assert.ok(ws.ok);
  const buildId = newBuildId();
  writeRequest(ws.value, {
    version: 1,
    buildId,
    trigger: "typed",
    force: false,
    only: null,
    ignoreOperation: false,
    wait: true,
  });
  const output = openSync(project.stateFile("builds", buildId, "output.log"), "a");
  const child: ChildProcess = spawn(process.execPath, [programUnderTest(), "builder", buildId], {
    cwd: project.top,
    env: project.box.environment,
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const kill = (): Promise<void> => {
    child.kill("SIGKILL");
    return ended;
  };
  return { buildId, ended, kill };
}

/** A zombie has ended: who should bury it is not ours. */
function isRunning(pid: number): boolean {
  return startTime(pid) !== null;
}

function saidStage(project: Driven, buildId: string, stage: string): boolean {
  const log = project.stateFile("builds", buildId, "log.jsonl");
  return existsSync(log) && readFileSync(log, "utf8").includes(`"stage":${JSON.stringify(stage)}`);
}
