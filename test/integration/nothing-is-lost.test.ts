/**
 * Kills, cancels and full disks at random calls of random operations: each time the old build or the new one is there,
 * byte for byte, and every file of a person is in its place or in quarantine. `REBUILD_IF_NEEDED_KILLS` says how many,
 * `REBUILD_IF_NEEDED_SEED` repeats a run (what runs beside a process, such as a recipe, is not repeated to the call).
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { newBuildId, writeRequest } from "../../src/build/request.ts";
import { findWorkspace } from "../../src/git/workspace.ts";
import { modelOf, type Model } from "../helpers/bank-model.ts";
import { bankProject, entries, type Bank, type Orders } from "../helpers/bank-project.ts";
import { callsIn, cannotPreload, deathLibrary, dying, type Death } from "../helpers/death.ts";
import { describeProcesses, processesIn } from "../helpers/end-processes.ts";
import { programUnderTest } from "../helpers/sandbox.ts";
import { seeded, testSeed, type Random } from "../helpers/seeded.ts";

const KILLS = Number(process.env["REBUILD_IF_NEEDED_KILLS"] ?? 300);
const SEED = testSeed(601);

/** No operation of this test takes a hundredth of it. */
const LIMIT_MS = 300_000;

/** Repositories at once. */
const BANKS = 2;

type Operation = "build" | "restore" | "failing build" | "undo";

test(`${KILLS} deaths (seed ${SEED})`, { skip: cannotPreload }, async (t) => {
  const tally: Tally = new Map();
  const places = new Set<string>();
  const startedMs = Date.now();
  const numbers = Array.from({ length: BANKS }, (_, number) => number);
  const count = Math.ceil(KILLS / BANKS);
  const banks = numbers.map((number) => oneBank(t, SEED + number, count, tally, places, number % 2 === 1));
  const failed = (await Promise.allSettled(banks)).filter((bank) => bank.status === "rejected");
  t.diagnostic(
    `seed ${SEED}, ${Math.round((Date.now() - startedMs) / 1000)} s, ${places.size} different calls`,
  );
  for (const [what, times] of [...tally].sort()) t.diagnostic(`${String(times).padStart(6)}  ${what}`);
  if (failed.length > 0) throw new Error(failed.map(({ reason }) => String(reason)).join("\n\n"));
});

type Tally = Map<string, number>;

async function oneBank(
  t: Parameters<typeof bankProject>[0],
  seed: number,
  count: number,
  tally: Tally,
  places: Set<string>,
  isApart: boolean,
): Promise<void> {
  const random = seeded(seed);
  const scene = await sceneOf(t, isApart);
  /** How many calls the longest run of an operation makes, as far as known. */
  const lengths = new Map<string, number>();
  for (let deaths = 0, number = 1; deaths < count; number++) {
    const operation = random.pick(OPERATIONS);
    const death = chooseDeath(random, lengths.get(operation) ?? 130);
    const orders = prepare(scene, operation, random, number);
    const told = `seed ${seed}, number ${number}: ${operation}, ${JSON.stringify({ ...death, ...orders })}`;
    try {
      const died = await run(scene, operation, death);
      lengths.set(operation, Math.max(lengths.get(operation) ?? 0, died.calls.length));
      const last = died.calls[death.at - 1];
      const hasStruck = scene.bank.hasStruck();
      if (last !== undefined || hasStruck) deaths += 1;
      if (last !== undefined) places.add(`${operation} ${nameless(last)}`);
      if (death.by === "SIGKILL" && orders.way === "rename" && operation !== "undo")
        scene.model.assertImportable(scene.model.source);
      const again = await recover(scene, death, random, tally);
      deaths += again;
      const outcome = await settle(scene, death.by === "full disk");
      const by = hasStruck ? `SIG${orders.strikeBy} by the recipe` : death.by;
      const what = last === undefined && !hasStruck ? "came to its end" : by;
      add(tally, `${operation}, ${what}: ${outcome === "old" ? "old" : "new"}`);
    } catch (error) {
      throw new Error(`${told}\n${String(error)}\n${lastWords(scene)}`, { cause: error });
    }
  }
  await assertNothingLeft(scene);
}

const OPERATIONS: readonly Operation[] = [
  "build",
  "build",
  "build",
  "failing build",
  "failing build",
  "restore",
  "restore",
  "undo",
];

interface Scene {
  readonly bank: Bank;
  readonly model: Model;
  readonly library: string;
  readonly trace: string;
  readonly recoveryTrace: string;
  readonly gitDir: string | undefined;
}

/** @param isApart the git dir lies on another file system than the work tree, where there is one. */
async function sceneOf(t: Parameters<typeof bankProject>[0], isApart: boolean): Promise<Scene> {
  const gitDir = isApart ? folderApart(t) : undefined;
  const bank = await bankProject(t, gitDir === undefined ? {} : { gitDir });
  const { box } = bank.project;
  return {
    bank,
    model: modelOf(bank),
    library: deathLibrary(box),
    trace: box.path("trace"),
    recoveryTrace: box.path("recovery-trace"),
    gitDir,
  };
}

function folderApart(t: Parameters<typeof bankProject>[0]): string | undefined {
  const memory = "/dev/shm";
  if (!existsSync(memory) || statSync(memory).dev === statSync(tmpdir()).dev) return undefined;
  const folder = mkdtempSync(join(memory, "rebuild-if-needed-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "git");
}

function chooseDeath(random: Random, length: number): Death {
  const at = 1 + random.below(length);
  if (random.below(100) < 60) return { at, by: "SIGKILL", isTorn: random.oneIn(2) };
  if (random.oneIn(2)) return { at, by: "full disk", isTorn: random.oneIn(2) };
  const by = random.pick(["SIGINT", "SIGTERM", "SIGHUP"] as const);
  return random.oneIn(3) ? { at, by, twiceAfter: 1 + random.below(20) } : { at, by };
}

/** The tree and the recipe's orders for an operation; now and then a person has been at the outputs. */
function prepare(
  { bank, model }: Scene,
  operation: Operation,
  random: Random,
  number: number,
): Partial<Orders> {
  if (operation === "restore") {
    const others = model.everBuilt.slice(-4).filter((text) => text !== model.built);
    if (others.length > 0) model.setSource(random.pick(others));
  } else if (operation !== "undo") model.setSource(`t${number}`);
  if (random.oneIn(5)) model.edit(random.pick(EDITED), `a person's ${number}`);
  if (random.oneIn(8)) model.edit(`work/deep/part-t${number}.o`, `a person's part ${number}`);
  if (random.oneIn(8) && bank.files().has("pkg/more.py")) model.edit("pkg/more.py", null);
  const orders: Partial<Orders> = {
    way: random.pick(["rename", "rename", "unlink", "write"]),
    ...(operation === "failing build" ? { failAt: 1 + random.below(7) } : {}),
    ...(operation === "failing build" && random.oneIn(2) ? { save: `saved ${number}` } : {}),
    ...(operation !== "undo" && random.oneIn(6)
      ? { strikeAt: 1 + random.below(7), strikeBy: random.pick(["KILL", "INT", "TERM", "HUP"]) }
      : {}),
  };
  if (orders.save !== undefined) model.mayBeSaved(orders.save);
  bank.order(orders);
  return orders;
}

const EDITED = ["pkg/glue.py", "pkg/glue.py", "work/lib/inside.py"];

/** Runs the operation's process to its end, whatever that is. */
async function run(scene: Scene, operation: Operation, death: Death): Promise<{ calls: readonly string[] }> {
  rmSync(scene.trace, { force: true });
  const argv = operation === "undo" ? ["undo"] : ["builder", await request(scene.bank)];
  await start(scene, argv, scene.trace, death);
  return { calls: callsIn(scene.trace) };
}

async function request({ project }: Bank): Promise<string> {
  const ws = await findWorkspace(project.top);
  assert.ok(ws.ok);
  const buildId = newBuildId();
  const wish = { trigger: "typed", force: false, only: null, ignoreOperation: false, wait: true };
  writeRequest(ws.value, { version: 1, buildId, ...wish });
  return buildId;
}

/**
 * Its output goes to a file, as that of a builder does: a recipe that outlives it holds nothing of ours open.
 * @returns the signal that it died of.
 * @throws where it does not end, with what runs and what each process waits for.
 */
async function start(
  { bank: { project }, library, gitDir }: Scene,
  argv: readonly string[],
  trace: string,
  death: Death,
): Promise<NodeJS.Signals | null> {
  const path =
    argv[0] === "builder"
      ? project.stateFile("builds", argv[1] ?? "", "output.log")
      : project.box.path("output");
  const output = openSync(path, "w");
  const child = spawn(process.execPath, [programUnderTest(), ...argv], {
    cwd: project.top,
    env: dying(project.box, library, argv[0] ?? "", trace, death, gitDir),
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      const running = describeProcesses(project.box.root);
      child.kill("SIGKILL");
      reject(new Error(`${argv.join(" ")} does not end; ${String(child.pid)} among\n${running}`));
    }, LIMIT_MS);
    child.on("exit", (_code, signal) => {
      clearTimeout(limit);
      resolve(signal);
    });
  });
}

/** What comes next recovers, and may die of the same in turn. @returns how often it died. */
async function recover(scene: Scene, death: Death, random: Random, tally: Tally): Promise<number> {
  if (death.by === "full disk") {
    const wasKilled = scene.bank.hasStruck(); // by its recipe, before the disk was full
    assert.ok(wasKilled || !mustGoBack(scene.bank), "the way back needed no room");
    await start(scene, ["check"], scene.recoveryTrace, { at: 1, by: "full disk" });
    return 0;
  }
  let deaths = 0;
  while (random.oneIn(2) && existsSync(scene.bank.project.stateFile("journal.json"))) {
    rmSync(scene.recoveryTrace, { force: true });
    const isBuilder = random.oneIn(3);
    const argv = isBuilder ? ["builder", await request(scene.bank)] : [random.pick(["check", "status"])];
    const at = isBuilder ? 6 + random.below(20) : 1 + random.below(30);
    const signal = await start(scene, argv, scene.recoveryTrace, { at, by: "SIGKILL" });
    if (signal === null) break;
    deaths += 1;
    add(tally, `recovery by ${argv[0]}, SIGKILL`);
  }
  return deaths;
}

/** A journal of a build that is not the build: after its commit point, what is left to do can wait for room. */
function mustGoBack({ project, baseline }: Bank): boolean {
  const path = project.stateFile("journal.json");
  if (!existsSync(path)) return false;
  return (JSON.parse(readFileSync(path, "utf8")) as { buildId: string }).buildId !== baseline().buildId;
}

/** The first command that lives finds all well, and says rightly whether the build is of this source. */
async function settle(scene: Scene, mayLackNotes = false): Promise<"old" | "new"> {
  const { bank, model } = scene;
  const { box, top, stateFile } = bank.project;
  const { code, json, stderr } = await box.cliJson(top, "check");
  assert.ok(!existsSync(stateFile("journal.json")), `no journal is left: ${stderr}`);
  const outcome = model.settle({ mayLackNotes });
  assert.equal(code, model.isFresh ? 0 : 10, JSON.stringify(json));
  assert.equal(bank.project.read("pkg/__init__.py"), "");
  assert.deepEqual(processesIn(top), [], "no process of the recipe is left");
  assert.doesNotMatch(outputs(scene), /E999|this is a bug/);
  return outcome === "old" ? "old" : "new";
}

/** What the processes of this operation printed. */
function outputs({ bank: { project } }: Scene): string {
  const [newest = ""] = entries(project.stateFile("builds")).sort().reverse();
  return ["log.jsonl", "output.log"]
    .map((name) => project.stateFile("builds", newest, name))
    .concat(project.box.path("output"))
    .map((path) => (existsSync(path) ? readFileSync(path, "utf8") : ""))
    .join("");
}

/** For a failure's message: the last calls and what was printed. */
function lastWords(scene: Scene): string {
  const calls = [scene.trace, scene.recoveryTrace].map((trace) => callsIn(trace).slice(-400).join("\n"));
  return [...calls, outputs(scene)].join("\n---\n");
}

/** A build that comes to its end clears away what the dead have left. */
async function assertNothingLeft(scene: Scene): Promise<void> {
  const { bank, model } = scene;
  const { stateFile } = bank.project;
  await bank.project.box.run(stateFile(), [
    "find",
    ".",
    "-exec",
    "touch",
    "-h",
    "-d",
    "2 hours ago",
    "{}",
    "+",
  ]);
  model.setSource("t1000000");
  bank.order({});
  await run(scene, "build", { at: 0, by: "SIGKILL" });
  assert.equal(await settle(scene), "new");
  assert.deepEqual(
    entries(stateFile()).filter((name) => !KEPT.includes(name)),
    [],
  );
  for (const folder of ["stage", "lock"]) assert.deepEqual(entries(stateFile(folder)), [], folder);
  const hidden = ["baselines", "slots"].flatMap((folder) => entries(stateFile(folder)));
  assert.deepEqual(
    hidden.filter((name) => name.startsWith(".") || name.endsWith(".tmp")),
    [],
  );
}

const KEPT = [
  "baselines",
  "builds",
  "environment.json",
  "fresh.sh",
  "history.jsonl",
  "lock",
  "quarantine",
  "slots",
  "stage",
  "timings.json",
];

/** A call without the ids of this run. */
function nameless(call: string): string {
  return call
    .replace(/^\d+ /, "")
    .replace(/ .*?\/(project|home)\//, " ")
    .replaceAll(/\d{8}-\d{6}-\d+-\w+|\b[0-9a-f]{16,}\b/g, "ID")
    .replaceAll(/\d+/g, "#");
}

function add(tally: Tally, what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1);
}
