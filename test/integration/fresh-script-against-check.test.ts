/**
 * Random states of a project: where fresh.sh says "fresh" in any shell, `check` says so too. What it cannot see is what
 * docs/how-it-decides.md names. `REBUILD_IF_NEEDED_STATES` sets how many, `REBUILD_IF_NEEDED_SEED` repeats a run.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import test from "node:test";
import { errorCode } from "../../src/store/state-file.ts";
import { builtProject, CONFIG, mustRun, type Driven } from "../helpers/driven-project.ts";
import { createFreshGround, readScript, type FreshGround } from "../helpers/fresh-ground.ts";
import { MATTERS, MATTERS_NOT, type Mutation } from "../helpers/fresh-mutations.ts";
import { seeded, testSeed, type Random } from "../helpers/seeded.ts";
import { until } from "../helpers/until.ts";

const ALL = [...MATTERS, ...MATTERS_NOT];
const STATES = Number(process.env["REBUILD_IF_NEEDED_STATES"] ?? ALL.length);
const SEED = testSeed(199_518);
/** Scripts that are cut short, each tried in every shell. */
const CUTS = Math.max(STATES, 100);

for (const [kind, inputs, count] of [
  ["in a folder", ["csrc/**"], STATES],
  ["from the top", ["**/*.txt"], STATES / 6],
] as const) {
  test(`fresh.sh against check, globs ${kind} (seed ${SEED})`, async (t) => {
    t.diagnostic(`seed ${SEED}: REBUILD_IF_NEEDED_SEED=${SEED} repeats it`);
    const random = seeded(SEED);
    const ground = await createFreshGround(t, inputs);
    await ground.reset();
    assert.deepEqual(await ground.saysFresh(), ground.shells, "it stands before anything has moved");
    for (const mutations of states(random, count)) {
      const name = mutations.map((mutation) => mutation.name).join(" + ");
      await t.test(name, () => tryOut(ground, mutations, random));
    }
    await t.test("cut anywhere", () => cutAnywhere(ground, random));
  });
}

test("what fresh.sh cannot see: forced additions of outputs, and what is only taken out of the index", async (t) => {
  const project = await builtProject(t, {
    files: { ".gitignore": "/pkg/*\n!/pkg/__init__.py\n/work/\n*.log\n" },
  });
  const { box, top } = project;
  project.write("csrc/forced.log", "forced\n");
  await box.git(top, "add", "--force", "csrc/forced.log");
  await box.commit(top, "a tracked input that is ignored");
  await mustRun(box, top);
  await isBlindTo(project, "rm", "--quiet", "--cached", "csrc/forced.log");
  await box.git(top, "reset", "--quiet");
  await isBlindTo(project, "add", "--force", "pkg/glue.py");
});

test("what fresh.sh cannot see: with globs from the top, a new source where all was ignored", async (t) => {
  const files = { "rebuild-if-needed.toml": CONFIG.replace('"csrc/**"', '"**/*.txt"') };
  const project = await builtProject(t, { files });
  project.write("deep/work/x.o", "");
  project.box.write(project.stateFile("..", "info", "exclude"), "*.o\n");
  await stands(project);
  project.write("deep/work/new.txt", "");
  assert.equal(await statusOf(project), 42, "now it sees this: say so in docs/how-it-decides.md");
  assert.equal((await project.box.cli(project.top, "check")).code, 10);
});

async function tryOut(ground: FreshGround, mutations: readonly Mutation[], random: Random): Promise<void> {
  await ground.reset();
  for (const [at, { act }] of mutations.entries()) {
    try {
      await act(ground, random);
    } catch (error) {
      if (at === 0 || errorCode(error) !== "ENOENT") throw error; // the one before has taken its file away
    }
  }
  const shells = await ground.saysFresh();
  if (shells.length === 0) return; // the long way, whatever that finds
  const { json, stdout } = await ground.box.cliJson(ground.top, "check");
  assert.equal(
    json.decision,
    "fresh",
    `fresh.sh says fresh (${shells.join(", ")}), but check says ${stdout}`,
  );
}

async function cutAnywhere(ground: FreshGround, random: Random): Promise<void> {
  await ground.reset();
  const whole = readScript(ground);
  const cuts = Array.from({ length: CUTS }, (_, at) => {
    const file = ground.box.path(`cut${at}.sh`);
    writeFileSync(file, whole.slice(0, random.below(whole.length - 1)), "latin1");
    return file;
  });
  assert.deepEqual(await ground.freshOnes(cuts), []);
}

/** Each mutation at least once in a cycle, alone or with up to two others. */
function states(random: Random, count: number): Mutation[][] {
  const cycle: Mutation[] = [];
  const next = (): Mutation => {
    if (cycle.length === 0) cycle.push(...random.shuffle(ALL));
    return cycle.pop() ?? random.pick(ALL);
  };
  return Array.from({ length: count }, () => {
    const others = Array.from({ length: random.below(3) }, () => random.pick(ALL));
    return [...new Set([next(), ...others])];
  });
}

/** A change of the index alone: should this fail, docs/how-it-decides.md has one blind spot too many. */
async function isBlindTo(project: Driven, ...command: readonly string[]): Promise<void> {
  await stands(project);
  await project.box.git(project.top, ...command);
  assert.equal(await statusOf(project), 42, command.join(" "));
  assert.equal((await project.box.cli(project.top, "check")).code, 10, command.join(" "));
}

async function stands(project: Driven): Promise<void> {
  await until(async () => {
    assert.equal((await project.box.cli(project.top, "check")).code, 0);
    return (await statusOf(project)) === 42;
  }, "fresh.sh");
}

async function statusOf({ box, top, stateFile }: Driven): Promise<number> {
  const argv = ["sh", "-c", '(. "$1") </dev/null >/dev/null 2>&1', "sh", stateFile("fresh.sh")];
  return (await box.run(top, argv)).code;
}
