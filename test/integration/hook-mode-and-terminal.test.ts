/** What a hook does with a stale tree: by mode, with a terminal or a pipe, by how long the build is expected to take. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { builtProject, type Driven } from "../helpers/driven-project.ts";
import { onTerminal } from "../helpers/terminal.ts";

type Estimate = "short" | "long" | "none";

interface Case {
  readonly mode: "auto" | "foreground" | "background" | "notify";
  readonly on: "terminal" | "pipe";
  readonly estimate: Estimate;
  readonly does: "shows" | "returns" | "tells";
}

const CASES: readonly Case[] = [
  { mode: "auto", on: "terminal", estimate: "short", does: "shows" },
  { mode: "auto", on: "terminal", estimate: "long", does: "returns" },
  { mode: "auto", on: "terminal", estimate: "none", does: "returns" },
  { mode: "auto", on: "pipe", estimate: "short", does: "returns" },
  { mode: "auto", on: "pipe", estimate: "none", does: "returns" },
  { mode: "foreground", on: "terminal", estimate: "long", does: "shows" },
  { mode: "foreground", on: "pipe", estimate: "none", does: "shows" },
  { mode: "background", on: "terminal", estimate: "short", does: "returns" },
  { mode: "background", on: "pipe", estimate: "long", does: "returns" },
  { mode: "notify", on: "terminal", estimate: "short", does: "tells" },
  { mode: "notify", on: "pipe", estimate: "none", does: "tells" },
];

const TIMES = { short: ", about 30 s", long: ", about 10 min", none: "" };

test("mode, terminal and estimate decide whether git waits; its exit code stays", async (t) => {
  const project = await builtProject(t);
  const history = readFileSync(project.stateFile("history.jsonl"), "utf8");
  for (const one of CASES) {
    await t.test(`${one.mode}, on a ${one.on}, estimate ${one.estimate}: ${one.does}`, async (sub) => {
      expect(project, history, one.estimate);
      await tryCase(sub, project, one);
    });
  }
});

test("a typed command builds and watches to the end, whatever the mode, on a pipe too", async (t) => {
  const project = await builtProject(t);
  setMode(project, "notify");
  project.write("csrc/a.txt", "two\n");
  const { code, stderr } = await project.box.cli(project.top);
  assert.equal(code, 0);
  assert.match(stderr, /\nrebuilt and verified: core in [\d.]+ m?s\n$/);
});

async function tryCase(t: TestContext, project: Driven, one: Case): Promise<void> {
  const before = project.starts();
  setMode(project, one.mode);
  project.write("csrc/a.txt", `${t.name}\n`);
  project.drive("wait");
  const commit = startCommit(project, one.on);
  if (one.does !== "tells") await project.untilWaiting();
  if (one.does === "shows") {
    assert.ok(!commit.hasEnded(), "git waits for the build");
    project.release("wait");
  }
  const { code, shown } = await commit.ended;
  assert.equal(code, 0, shown);
  const lines = shown.trimEnd().split("\n");
  switch (one.does) {
    case "shows":
      assert.match(lines.at(-1) ?? "", /^rebuilt and verified: core in [\d.]+ m?s$/, shown);
      break;
    case "tells":
      assert.deepEqual(lines, [
        "rebuild-if-needed: stale: core: csrc/a.txt changed. Next: rebuild-if-needed",
      ]);
      assert.equal(project.starts(), before);
      return project.release("wait");
    case "returns":
      assert.deepEqual(lines, [
        `rebuild-if-needed: rebuilding core in the background${TIMES[one.estimate]} (csrc/a.txt changed). Watch: rebuild-if-needed wait`,
      ]);
      await assertDetached(project);
      project.release("wait");
      assert.equal((await project.box.cli(project.top, "wait")).code, 0);
  }
  assert.equal(project.starts(), before + 1);
  assert.match(await project.imported(), new RegExp(one.mode));
}

/** `git commit` as a person or a program runs it; on a pipe it ends only when nobody holds the pipe. */
function startCommit(
  { box, top }: Driven,
  on: Case["on"],
): { hasEnded(): boolean; ended: Promise<{ code: number; shown: string }> } {
  const argv = ["git", "commit", "--quiet", "--all", "--message", "change"];
  if (on === "terminal") return onTerminal(box, top, argv);
  let isOver = false;
  const ended = box.run(top, argv).then(({ code, stdout, stderr }) => {
    isOver = true;
    return { code, shown: stdout + stderr };
  });
  return { hasEnded: () => isOver, ended };
}

/** The builder reads nothing, and writes to its log only. */
async function assertDetached(project: Driven): Promise<void> {
  if (!existsSync("/proc/self/fd")) return;
  const { json } = await project.box.cliJson<{ running: { pid: number; log: string } }>(
    project.top,
    "status",
  );
  const { pid, log } = json.running;
  const at = (descriptor: number): string => readlinkSync(`/proc/${pid}/fd/${descriptor}`);
  assert.deepEqual([at(0), at(1), at(2)], ["/dev/null", log, log]);
}

function setMode({ box, top }: Driven, mode: string): void {
  box.write(join(top, ".git", "rebuild-if-needed", "config.toml"), `mode = "${mode}"\n`);
}

/** What earlier builds took, as the history says. */
function expect(project: Driven, history: string, estimate: Estimate): void {
  const path = project.stateFile("history.jsonl");
  if (estimate === "none") return rmSync(path, { force: true });
  const ms = estimate === "short" ? 30_000 : 600_000;
  writeFileSync(path, history.replace(/"elapsedMs":\d+/, `"elapsedMs":${ms}`));
}
