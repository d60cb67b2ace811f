/** A build that nobody watches: it gives way to other work, and its end is told on the desktop. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { getPriority } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { startTime } from "../../src/build/owner.ts";
import { builtProject, type Driven } from "../helpers/driven-project.ts";
import { programUnderTest } from "../helpers/sandbox.ts";
import { onTerminal } from "../helpers/terminal.ts";
import { until } from "../helpers/until.ts";

const isLinux = process.platform === "linux";
const PROGRAM = [process.execPath, programUnderTest()];
const BUS = { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere" };

test(
  "low priority for processor and disk; a typed build has the shell's own",
  { skip: !isLinux },
  async (t) => {
    const project = await builtProject(t);
    await startInBackground(project, "two");
    const recipe = recipeOf(project);
    assert.equal(niceOf(recipe), Math.max(10, getPriority()));
    if (existsSync("/usr/bin/ionice")) {
      const { stdout } = await project.box.run(project.top, ["/usr/bin/ionice", "-p", String(recipe)]);
      assert.equal(stdout, "best-effort: prio 7\n");
    }
    project.release("wait");
    assert.equal((await project.box.cli(project.top, "wait")).code, 0);

    project.write("csrc/a.txt", "three\n");
    project.drive("wait");
    const typed = project.box.cli(project.top);
    await project.untilWaiting();
    assert.equal(niceOf(recipeOf(project)), getPriority());
    project.release("wait");
    assert.equal((await typed).code, 0);
  },
);

test(
  "a long build's end is told on the desktop, unless somebody stopped it or watches it",
  { skip: !isLinux },
  async (t) => {
    const project = await builtProject(t, {
      prepare: (box) => box.with({ ...BUS, PATH: `${box.path("bin")}:${box.environment["PATH"] ?? ""}` }),
    });
    const notified = notifySend(project);

    let end = await startInBackground(project, "good", "earlier");
    project.release("wait");
    await end();
    const [app, dashes, title, text = ""] = notified();
    assert.deepEqual(
      [app, dashes, title],
      ["--app-name=rebuild-if-needed", "--", "rebuild-if-needed: project"],
    );
    assert.match(text, /^rebuilt and verified: core in [\d.]+ m?s$/);

    project.drive("fail", "7");
    end = await startInBackground(project, "bad & <b>", "earlier");
    project.release("wait");
    await end();
    assert.match(
      notified()[3] ?? "",
      /^E201 build failed \(python[\d.]*, exit 7\)\. Your previous build is untouched\.$/,
    );
    project.release("fail");

    end = await startInBackground(project, "cancelled", "earlier");
    await project.box.cli(project.top, "cancel");
    await end();
    assert.deepEqual(notified(), [], "who stops a build knows");
    project.release("wait");

    end = await startInBackground(project, "short");
    project.release("wait");
    await end();
    assert.deepEqual(notified(), [], "a short build");

    end = await startInBackground(project, "watched", "earlier");
    const watching = project.box.cli(project.top, "wait");
    const { buildId } = await running(project);
    await until(() => viewers(project, buildId) > 0, "the viewer");
    project.release("wait");
    assert.equal((await watching).code, 0);
    await end();
    assert.deepEqual(notified(), [], "somebody watches");

    project.box.write(project.box.path("bin", "notify-send"), "#!/bin/sh\nexec sleep 1000\n");
    end = await startInBackground(project, "hangs", "earlier");
    project.release("wait");
    await end(); // the builder's end: it does not wait for ever
    assert.match(await project.imported(), /hangs/);
  },
);

test("without a session bus nothing is started", { skip: !isLinux }, async (t) => {
  const project = await builtProject(t, {
    prepare: (box) => box.with({ PATH: `${box.path("bin")}:${box.environment["PATH"] ?? ""}` }),
  });
  const notified = notifySend(project);
  const end = await startInBackground(project, "quiet", "earlier");
  project.release("wait");
  await end();
  assert.deepEqual(notified(), []);
});

test("the end of a long build rings the bell of the terminal that shows it", async (t) => {
  const project = await builtProject(t);
  for (const [when, bells] of [
    ["earlier", 1],
    ["now", 0],
  ] as const) {
    project.write("csrc/a.txt", `${when}\n`);
    project.drive("wait");
    const typed = onTerminal(project.box, project.top, [...PROGRAM, "rebuild"], { TERM: "xterm" });
    await project.untilWaiting();
    const { buildId } = await running(project);
    if (when === "earlier") await beginEarlier(project, buildId);
    // What has been read is not read again: whoever starts to watch now reads it from its begin.
    const watching = onTerminal(project.box, project.top, [...PROGRAM, "wait"], { TERM: "xterm" });
    await until(() => watching.shown().includes("- build"), "the second viewer");
    project.release("wait");
    const { shown } = await watching.ended;
    assert.equal(shown.split("\u0007").length - 1, bells, shown);
    assert.equal((await typed.ended).code, 0);
  }
});

/** A commit whose hook builds in the background; its recipe stands at its wait. The answer waits for the builder's process to end. */
async function startInBackground(
  project: Driven,
  text: string,
  begin: "now" | "earlier" = "now",
): Promise<() => Promise<void>> {
  project.write("csrc/a.txt", `${text}\n`);
  project.drive("wait");
  await project.box.git(project.top, "commit", "--quiet", "--all", "--message", text);
  await project.untilWaiting();
  const { buildId, pid } = await running(project);
  if (begin === "earlier") await beginEarlier(project, buildId);
  return () => until(() => startTime(pid) === null, "the builder's process to end");
}

/** As if the build had begun a minute ago. */
async function beginEarlier(project: Driven, buildId: string): Promise<void> {
  const path = project.stateFile("builds", buildId, "log.jsonl");
  await until(() => existsSync(path), "the log");
  const log = readFileSync(path, "utf8");
  writeFileSync(
    path,
    log.replace(/"time":(\d+)/, (_, ms: string) => `"time":${Number(ms) - 60_000}`),
  );
}

async function running({ box, top }: Driven): Promise<{ buildId: string; pid: number }> {
  return (await box.cliJson<{ running: { buildId: string; pid: number } }>(top, "status")).json.running;
}

function viewers(project: Driven, buildId: string): number {
  return readdirSync(project.stateFile("builds", buildId)).filter((name) => name.startsWith("viewer-"))
    .length;
}

/** A program of that name that notes its arguments. @returns what it was last called with, and forgets it. */
function notifySend({ box }: Driven): () => string[] {
  const note = box.path("notified");
  const path = box.path("bin", "notify-send");
  box.write(path, `#!/bin/sh\nprintf '%s\\n' "$@" >"${note}"\n`);
  chmodSync(path, 0o755);
  return () => {
    if (!existsSync(note)) return [];
    const lines = readFileSync(note, "utf8").trimEnd().split("\n");
    rmSync(note);
    return lines;
  };
}

function recipeOf(project: Driven): number {
  return Number(readFileSync(project.box.path("drive", "waiting"), "utf8"));
}

function niceOf(pid: number): number {
  const stat = readFileSync(join("/proc", String(pid), "stat"), "latin1");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
}
