import { join } from "node:path";
import { buildMoves } from "../build/build-moves.ts";
import { planLevel } from "../build/levels.ts";
import { planFiles, planFolders } from "../build/transaction-plan.ts";
import { showPath } from "../git/path-bytes.ts";
import type { ExtensionDecision, Level } from "../model.ts";
import type { ObservedExtension } from "../observe.ts";
import type { Look } from "../run.ts";

/** Every move that a rebuild or restore would make, in words, before any happens. */
export async function plannedMoves(looked: Look): Promise<string[]> {
  const moves: string[] = [];
  for (const one of looked.decision.extensions) {
    const part = looked.extensions.find((observed) => observed.extension.name === one.name);
    if (part !== undefined) moves.push(...(await movesOf(looked, part, one)));
  }
  return moves;
}

async function movesOf(looked: Look, part: ObservedExtension, one: ExtensionDecision): Promise<string[]> {
  const { known, slot } = part;
  if (one.survives === true && known.kind === "known")
    return known.baseline.outputs.map((output) => `verify ${showPath(output.path)} where it is`);
  switch (one.decision) {
    case "restore":
      return (slot?.baseline.outputs ?? []).map(
        (output) => `put back ${showPath(output.path)} from the kept build of ${slot?.baseline.at ?? ""}`,
      );
    case "rebuild":
      return rebuildMoves(looked, part, one.level ?? "clean");
    case "fresh":
    case "held":
    case "blocked":
      return [];
  }
}

/** The same plan as that of the build itself. */
async function rebuildMoves(looked: Look, part: ObservedExtension, level: Level): Promise<string[]> {
  const { ws } = looked;
  const plan = { kind: "build", buildId: "dry-run", ...(await buildMoves(looked, part, level)) } as const;
  const stage = join(ws.stateDir, "stage", plan.buildId);
  const show = (path: string): string =>
    showPath(path.startsWith(`${ws.top}/`) ? path.slice(ws.top.length + 1) : path);
  return [
    ...planFiles(ws, plan, [], stage)
      .filter(({ existed }) => existed)
      .map(({ path, how, isForeign }) => {
        if (how === "link") return `keep a second name of ${show(path)}`;
        const after = isForeign ? "; it is not of our build, so it goes to quarantine" : "";
        return how === "move"
          ? `move ${show(path)} aside${after}`
          : `put ${show(path)} aside, with a stand-in in its place${after}`;
      }),
    ...planFolders(ws, plan, stage)
      .filter(({ existed }) => existed)
      .map(({ path, standIns }) => {
        const inside =
          standIns.length === 0 ? "" : `, with stand-ins for ${standIns.map(showPath).join(", ")}`;
        return `move ${show(path)}/ aside${inside}`;
      }),
    ...planLevel(part.extension.recipe, level).map((argv) => `run ${argv.join(" ")}`),
  ];
}
