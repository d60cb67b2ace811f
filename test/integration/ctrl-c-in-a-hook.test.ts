/** A build that a hook shows: ^C asks it to stop and leaves at once; the death of who watches changes nothing. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { builtProject, mustRun, type Driven } from "../helpers/driven-project.ts";
import { CTRL_C, onTerminal, type Terminal } from "../helpers/terminal.ts";
import { until } from "../helpers/until.ts";

test("^C: the prompt is back at once, the builder rolls back alone, and the next event says so", async (t) => {
  const project = await shownBuild(t);
  const before = project.digest("csrc");
  project.drive("wait");
  project.drive("stubborn");
  const terminal = commitOnTerminal(project);
  await project.untilWaiting();
  terminal.type(CTRL_C);
  const line =
    "rebuild-if-needed: the build was asked to stop; your previous build stays. Next: rebuild-if-needed";
  await until(() => terminal.shown().includes(line), "the hook's line");
  await project.untilAsked();
  assert.match(await shortStatus(project), /^building/, "the recipe ignores it and still runs");
  await until(() => /git ended: 130$/m.test(terminal.shown()), "git to end by the same ^C");
  terminal.type(CTRL_C); // there is nobody left to take it
  assert.equal((await project.box.cli(project.top, "cancel")).code, 0); // the second request: no more patience
  terminal.type("\n");
  await terminal.ended;
  assert.equal(project.digest("csrc"), before, "all is as it was before the build");
  assert.match(await project.imported(), /one/);
  const next = await project.box.run(project.top, [
    "git",
    "commit",
    "--quiet",
    "--allow-empty",
    "-m",
    "next",
  ]);
  assert.equal(
    next.stderr,
    "rebuild-if-needed: stale: core (csrc/a.txt changed), and its build was cancelled for this very state, so it is not tried again. Next: rebuild-if-needed\n",
  );
});

test("a viewer that is killed, or a terminal that is closed, changes nothing", async (t) => {
  for (const signal of ["SIGKILL", "SIGHUP"] as const) {
    const project = await shownBuild(t);
    project.drive("wait");
    const terminal = commitOnTerminal(project);
    await project.untilWaiting();
    for (const pid of hooksIn(project.top)) process.kill(pid, signal);
    await until(() => /git ended: 0$/m.test(terminal.shown()), "git to go on");
    terminal.type("\n");
    project.release("wait");
    await mustRun(project.box, project.top, "wait");
    assert.match(await project.imported(), /two/, signal);
    if (!isLinux) return;
  }
});

const isLinux = process.platform === "linux";

/** A stale tree whose next event shows its build. */
async function shownBuild(t: Parameters<typeof builtProject>[0]): Promise<Driven> {
  const project = await builtProject(t);
  project.box.write(project.stateFile("config.toml"), `mode = "foreground"\n`);
  project.write("csrc/a.txt", "two\n");
  return project;
}

/** A shell that outlives ^C, as an interactive one does, and stays until a line is typed. */
function commitOnTerminal({ box, top }: Driven): Terminal {
  const script = `trap : INT; git commit --quiet --all --message two; echo "git ended: $?"; read -r line`;
  return onTerminal(box, top, ["sh", "-c", script]);
}

async function shortStatus({ box, top }: Driven): Promise<string> {
  return (await box.cli(top, "status", "--short")).stdout;
}

/** Our process that git waits for. */
function hooksIn(top: string): number[] {
  if (!isLinux) return [];
  return readdirSync("/proc")
    .filter((id) => /^\d+$/.test(id) && isHookIn(id, top))
    .map(Number);
}

function isHookIn(id: string, top: string): boolean {
  try {
    const argv = readFileSync(join("/proc", id, "cmdline"), "latin1").split("\0");
    return (
      argv[2] === "hook" && readFileSync(`/proc/${id}/environ`, "latin1").includes(join(top, "..", "home"))
    );
  } catch {
    return false;
  }
}
