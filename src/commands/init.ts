import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { adopt } from "../adopt.ts";
import { treeHolderText } from "../build/holder.ts";
import { runningBuild } from "../build/running.ts";
import { programPath } from "../build/start.ts";
import { NO_PRESET } from "../config/detect.ts";
import { CONFIG_FILE } from "../config/sources.ts";
import { renderConfig } from "../config/write.ts";
import { recordOf } from "../fingerprint/environment.ts";
import { installHooks } from "../install/index.ts";
import type { Workspace } from "../model.ts";
import { observe, seenIn, type Observed } from "../observe.ts";
import { recordFresh } from "../record-fresh.ts";
import { EXIT, failure, ok, type Result } from "../report/failure.ts";
import { decisionText } from "../report/terminal.ts";
import { look } from "../run.ts";
import { writeEnvironment } from "../store/environment.ts";
import { stateUnwritable, writeDurably } from "../store/state-file.ts";
import { recordRemotes } from "../trust/trust.ts";
import { parse } from "./arguments.ts";
import { describeInstall } from "./install.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";

/** `init`: show what was found, write the config, record the environment, date the present build, install the hooks. Never builds. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const args = parse("init", argv);
  if (!args.ok) return fail(io, args.failure);
  const { flags } = args.value;
  const ws = await openWorkspace(io);
  if (!ws.ok) return fail(io, ws.failure);
  const running = runningBuild(ws.value);
  if (running !== null) {
    const who = treeHolderText(ws.value, running);
    return fail(io, failure("E401", `a build runs: ${who}.`, "rebuild-if-needed wait"));
  }
  const observed = await observe(ws.value, {
    asker: "person",
    only: null,
    ignoreOperation: true,
    forgetRecord: true,
  });
  if (!observed.ok) return fail(io, observed.failure);
  for (const line of found(observed.value)) io.result(line);
  if (!flags.has("yes") && !(await confirm())) {
    io.say("nothing was changed");
    return EXIT.usage;
  }
  const set = await setUp(ws.value, observed.value, flags.has("local"), io);
  if (!set.ok) return fail(io, set.failure);
  // Once more: presets may say more now that the environment is known.
  const ask = { asker: "person", only: null, ignoreOperation: true, seen: seenIn(observed.value) } as const;
  const again = await observe(ws.value, ask);
  if (!again.ok) return fail(io, again.failure);
  for (const part of again.value.extensions) {
    const isProven =
      part.known.kind === "known" && ["built", "restored"].includes(part.known.baseline.origin);
    if (isProven && !flags.has("assume-fresh")) continue;
    const adoption = await adopt(again.value, part, flags.has("assume-fresh"));
    if (!adoption.ok) return fail(io, adoption.failure);
    io.result(adoption.value.text);
  }
  const hooks = await installHooks({
    ws: ws.value,
    node: process.execPath,
    program: programPath(),
    environment: process.env,
  });
  if (hooks.ok) for (const line of describeInstall(hooks.value)) io.result(line);
  const looked = await look(ws.value, ask);
  if (!looked.ok) return fail(io, looked.failure);
  await recordFresh(looked.value);
  for (const line of decisionText(looked.value.decision)) io.result(line);
  return hooks.ok ? EXIT.good : fail(io, hooks.failure);
}

function found(observed: Observed): string[] {
  const { config, environment } = observed;
  const python = environment.interpreter;
  return [
    config.preset === NO_PRESET
      ? "found: a project with a configuration of its own"
      : `found: ${config.preset} project`,
    python === null ? "  no Python found" : `  Python ${python.version}: ${python.path}`,
    ...config.extensions.flatMap((extension) => [
      `  extension ${extension.name}: ${observed.extensions.find((one) => one.extension.name === extension.name)?.inputs.size ?? 0} inputs`,
      ...extension.recipe.map((argv) => `    builds by: ${argv.join(" ")}`),
    ]),
  ];
}

async function setUp(ws: Workspace, observed: Observed, local: boolean, io: Io): Promise<Result<void>> {
  const { config } = observed;
  const localPath = join(ws.stateDir, "config.toml");
  try {
    mkdirSync(ws.stateDir, { recursive: true });
    if (config.hasTreeConfig || config.files.includes(localPath))
      io.result(`config: ${config.files.join(", ")} (kept as it is)`);
    else {
      const path = local ? localPath : join(ws.top, CONFIG_FILE);
      writeDurably(path, renderConfig(config));
      io.result(`config: ${path}`);
    }
  } catch (error) {
    return stateUnwritable(ws.stateDir, error);
  }
  const environment = writeEnvironment(ws, recordOf(observed.environment, new Date().toISOString()));
  if (!environment.ok) return environment;
  const remotes = await recordRemotes(ws);
  return remotes.ok ? ok(undefined) : remotes;
}

/** Asks only where somebody can answer: without a terminal the typed command is the wish. */
async function confirm(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question("write this configuration and install the hooks? [Y/n] ");
  terminal.close();
  return !/^n/i.test(answer.trim());
}
