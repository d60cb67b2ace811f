import { ok, refuse, type Result } from "../report/failure.ts";
import { findGround } from "./ground.ts";
import { prepare } from "./prepare.ts";
import type { Played, Scene } from "./scene.ts";
import { brokenMerge } from "./scenes/broken-merge.ts";
import { compilerChange } from "./scenes/compiler-change.ts";
import { destroyedOutput } from "./scenes/destroyed-output.ts";
import { incident } from "./scenes/incident.ts";
import { init } from "./scenes/init.ts";
import { nativeMerge } from "./scenes/native-merge.ts";
import { pythonOnlyMerge } from "./scenes/python-only.ts";
import { type DemoRequest, Stage } from "./stage.ts";
import { formatTable, formatTime } from "./transcript.ts";

export type { DemoRequest } from "./stage.ts";

const SCENES: readonly Scene[] = [
  incident,
  init,
  nativeMerge,
  destroyedOutput,
  compilerChange,
  pythonOnlyMerge,
  brokenMerge,
];

/**
 * Plays the incident and what the tool does about it, with real commands in a temp folder.
 * Fails with E208 where something is missing, or where a claim did not hold; then the folder is left for a look.
 */
export async function runDemo(request: DemoRequest): Promise<Result<void>> {
  const ground = await findGround(process.env);
  if (!ground.ok) return ground;
  const started = performance.now();
  const stage = new Stage(request, ground.value);
  stage.say(`A clone of a small project with a C++ extension, in ${stage.root} (below: ~)`);
  if (ground.value.nvcc === null) stage.say("No nvcc here: the project's CUDA kernel is left out.");
  await prepare(stage);

  const rows = [["scene", "what happened", "time"]];
  for (const [at, scene] of SCENES.entries()) {
    stage.say(`\n== ${at + 1}. ${scene.title} ==`);
    const { happened, ms } = await playScene(scene, stage);
    rows.push([`${at + 1}. ${scene.title}`, happened, formatTime(ms)]);
  }
  stage.say("");
  for (const line of formatTable(rows)) stage.say(line);
  stage.say(`\nAll of it took ${formatTime(performance.now() - started)}.`);
  return finish(stage, request.keep);
}

/** A scene whose claims broke has not happened as its row would say. */
async function playScene(scene: Scene, stage: Stage): Promise<Played> {
  const broken = stage.broken.length;
  const played = await scene.play(stage);
  return stage.broken.length === broken ? played : { ...played, happened: "NOT AS PROMISED" };
}

function finish(stage: Stage, keep: boolean): Result<void> {
  if (stage.broken.length > 0) {
    const [first = ""] = stage.broken;
    const others = stage.broken.length > 1 ? ` and ${stage.broken.length - 1} more` : "";
    return refuse(
      "E208",
      `did not hold: "${first}"${others}. The demo is left as it is.`,
      `cd ${stage.clone}`,
    );
  }
  if (keep) stage.say(`Left for a look: ${stage.root}`);
  else stage.remove();
  return ok(undefined);
}
