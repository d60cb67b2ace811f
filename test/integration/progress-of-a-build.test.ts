/** A build that runs, as a person sees it on a terminal and on a pipe, and as a program reads it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { builtProject, type Driven } from "../helpers/driven-project.ts";
import { programUnderTest } from "../helpers/sandbox.ts";
import { CTRL_C, onTerminal, type Terminal } from "../helpers/terminal.ts";
import { until } from "../helpers/until.ts";

/** What the recipe prints: two steps of four with warnings, and something that would clear the screen and set its title. */
const SAYS = [
  "[1/4] Building CXX object CMakeFiles/x.dir/csrc/first.cpp.o",
  "csrc/first.cpp:3:7: warning: unused variable 'x' [-Wunused-variable]",
  "    3 |   int x;",
  "csrc/first.cpp:9:1: warning: odd",
  "\u001B[2J\u001B]0;owned\u0007 evil",
  "[2/4] Building CXX object CMakeFiles/x.dir/csrc/second.cpp.o",
].join("\n");

const TIME = String.raw`[\d.]+ m?s`;
const XTERM = { TERM: "xterm" };

/** What is left on the screen: each line as it was drawn last. */
function screen(shown: string): string[] {
  return shown.split("\n").map((line) => line.split("\r\u001B[K").at(-1) ?? "");
}

async function startBuild(
  t: test.TestContext,
  env: Readonly<Record<string, string>>,
): Promise<[Driven, Terminal]> {
  const project = await builtProject(t);
  project.drive("say", SAYS);
  project.drive("wait");
  project.write("csrc/a.txt", "two\n");
  return [project, onTerminal(project.box, project.top, [process.execPath, programUnderTest()], env)];
}

test("a terminal has one line that is drawn anew, and none of it is left in the end", async (t) => {
  const [project, terminal] = await startBuild(t, XTERM);
  await until(() => terminal.shown().includes("2/4"), "the bar");
  assert.match(
    terminal.shown(),
    /\r\u001B\[K\[##########----------\] 2\/4 {2}(csrc\/)?second\.cpp {2}\d+ s, (about \d+ s left|a few seconds left|)(, )?2 warnings/,
  );
  project.release("wait");
  const { code, shown } = await terminal.ended;
  assert.equal(code, 0, shown);
  assert.match(
    screen(shown).join("\n"),
    new RegExp(
      String.raw`^rebuild \(clean, about ${TIME}\): core
  csrc/a\.txt changed
- doctor
- put aside
- build
  \| \$ \S+ build\.py
- verify
- observe again
  what this build read is not known for certain: no library is among the outputs
rebuilt and verified: core in ${TIME}
  2 files compiled, 2 compiler warnings \(in ${project.top}/\.git/rebuild-if-needed/builds/[\w-]+/output\.log\)
$`,
    ),
  );
  assert.deepEqual(escapes(shown), ["\u001B[K"]);
  const [log = ""] = /\S+output\.log/.exec(shown) ?? [];
  assert.ok(readFileSync(log, "utf8").includes(SAYS), "the log has everything");
});

test("a failed build and a cancelled one leave a clean screen", async (t) => {
  const [project, terminal] = await startBuild(t, XTERM);
  await until(() => terminal.shown().includes("2/4"), "the bar");
  project.drive("fail", "7");
  project.release("wait");
  const failed = await terminal.ended;
  assert.equal(failed.code, 1);
  assert.match(
    screen(failed.shown).join("\n"),
    /\n- roll back\nrebuild-if-needed: E201 [^]*\n   evil\n[^]*\nNext: rebuild-if-needed\n$/,
  );
  assert.deepEqual(escapes(failed.shown), ["\u001B[K"]);

  project.drive("wait");
  const again = onTerminal(project.box, project.top, [process.execPath, programUnderTest()], XTERM);
  await until(() => again.shown().includes("2/4"), "the bar");
  again.type(CTRL_C);
  const cancelled = await again.ended;
  assert.equal(cancelled.code, 130);
  assert.equal(
    screen(cancelled.shown).slice(-2).join("\n"),
    "rebuild-if-needed: E209 cancelled. Your previous build is in place. Next: rebuild-if-needed\n",
  );
});

test("who stops waiting has the line to themselves; the build goes on", async (t) => {
  const [project, terminal] = await startBuild(t, XTERM);
  await until(() => terminal.shown().includes("2/4"), "the bar");
  const { stdout } = await project.box.cli(project.top, "status");
  assert.match(stdout, new RegExp(`^building: core, at "build" \\(2/4\\), ${TIME}`));
  const waiting = onTerminal(project.box, project.top, [process.execPath, programUnderTest(), "wait"], XTERM);
  await until(() => waiting.shown().includes("2/4"), "the bar");
  waiting.type(CTRL_C);
  const { code, shown } = await waiting.ended;
  assert.deepEqual([code, screen(shown).at(-1)], [130, ""]);
  project.release("wait");
  assert.equal((await terminal.ended).code, 0);
});

test("without a terminal that can draw: plain lines, and no spray of the recipe's", async (t) => {
  const [project, dumb] = await startBuild(t, { TERM: "dumb" });
  await project.untilWaiting();
  project.release("wait");
  assert.deepEqual(escapes((await dumb.ended).shown), []);
  project.write("csrc/a.txt", "three\n");
  const { code, stdout, stderr } = await project.box.cli(project.top);
  assert.deepEqual([code, stdout, escapes(stderr), stderr.includes("\r")], [0, "", [], false]);
  assert.match(
    stderr,
    new RegExp(
      `\\n- build\\n  \\| \\$ \\S+ build\\.py\\n- verify\\n- observe again\\n  what this [^\\n]*\\nrebuilt and verified: core in ${TIME}\\n  2 files compiled, 2 compiler warnings \\(in \\S+\\)\\n$`,
    ),
  );
});

interface Told {
  readonly version: number;
  readonly time: string;
  readonly event: string;
  readonly [key: string]: unknown;
}

test("--json: the one answer on stdout, what happens meanwhile on stderr, and the same from wait", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  project.drive("say", SAYS);
  project.drive("wait");
  project.write("csrc/a.txt", "two\n");
  const building = box.cliJson<{ readonly exit: number }>(top);
  await project.untilWaiting();
  const waiting = box.cli(top, "wait", "--json");
  await until(async () => (await box.cli(top, "status", "--json")).stdout.includes('"done":2,'), "progress");
  project.release("wait");
  const { code, json, stderr } = await building;
  assert.deepEqual([code, json.exit], [0, 0]);
  const told = eventsOf(stderr);
  assert.deepEqual(eventsOf((await waiting).stdout), told);
  assert.ok(told.every((one) => one.version === 1 && Date.parse(one.time) > 0));
  const kinds = told.map(({ event }) => event).filter((event, at, all) => event !== all[at - 1]);
  assert.deepEqual(kinds, ["extension", "stage", "progress", "stage", "note", "result"]);
  const last = told.findLast(({ event }) => event === "progress");
  const shown = ["kind", "done", "total", "file", "warnings"].map((key) => last?.[key]);
  assert.deepEqual(shown, ["compile", 2, 4, "csrc/second.cpp", 2]);
  assert.equal(told.at(-1)?.["exit"], 0);
});

function eventsOf(text: string): Told[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Told);
}

function escapes(text: string): string[] {
  return [...new Set(text.match(/\u001B(?:\[[0-9;?]*[A-Za-z]|.)/g))];
}
