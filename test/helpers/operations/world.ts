/** Does deeds to both clones and holds what our hooks did against what had to come of it. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Decision } from "../../../src/model.ts";
import { seeded, type Random } from "../seeded.ts";
import type { RunResult } from "../sandbox.ts";
import { until } from "../until.ts";
import { choicesIn, type Choices } from "./choices.ts";
import { statusText } from "./clone-state.ts";
import type { Deed, Operation } from "./deeds.ts";
import { edit, mirrorOutputs, patchFile } from "./do-deed.ts";
import { type Actor, type Expectation, expectationOf } from "./expectation.ts";
import { firedReader } from "./fired.ts";
import type { Ground } from "./ground.ts";
import { lastBuiltWith, lookAt } from "./look.ts";
import { untilQuiet } from "./quiet.ts";
import { assertTold } from "./told.ts";
import { areRight, glance, startsIn, treeAt, type Glance, type Tree } from "./tree.ts";
import { presentOutputs } from "./truth.ts";

// What is asked of the program in this process must not depend on the user's settings.
process.env["GIT_CONFIG_GLOBAL"] = "/dev/null";
process.env["GIT_CONFIG_NOSYSTEM"] = "1";

export interface World {
  readonly trees: readonly Tree[];
  /** Builds that were started, git commands that were run, and those that ran a hook of ours. */
  readonly counts: { readonly builds: number; readonly commands: number; readonly events: number };
  choices(tree: Tree, random: Random, step: number): Promise<Choices>;
  /** Throws where something is not as it had to be. */
  perform(tree: Tree, operation: Operation): Promise<void>;
}

/** Deeds that are judged together, from `begin` to `end`. */
interface Together {
  readonly how: "held" | "burst";
  readonly startsBefore: number;
  events: number;
  /** The recipe stands still. */
  isHeld: boolean;
}

/** Deeds after which the tree has been judged. */
const JUDGED: ReadonlySet<string | undefined> = new Set(["git", "patch", "typed", "end"]);

export async function createWorld(ground: Ground, seed: number): Promise<World> {
  const { box } = ground;
  const main = await treeAt(ground.real, ground.twin, true);
  mirrorOutputs(main);
  const trees = [main];
  const whether = seeded(~seed); // its own, so that what is asked does not change what is done
  const counts = { builds: 0, commands: 0, events: 0 };
  let together: Together | null = null;
  const eventsIn = firedReader(ground);

  return {
    trees,
    counts,
    async choices(tree, random, step) {
      return choicesIn(ground, tree, tree.last ?? (await glance(ground, tree)), random, step);
    },
    async perform(tree, operation) {
      for (const deed of operation.deeds) await perform(tree, deed);
      assert.equal(together, null);
      if (!JUDGED.has(operation.deeds.at(-1)?.kind))
        await judge(tree, "nobody", startsIn(ground, tree.real), null);
    },
  };

  async function perform(tree: Tree, deed: Deed): Promise<void> {
    switch (deed.kind) {
      case "git":
        return runGit(tree, deed.argv);
      case "patch":
        return runGit(tree, [deed.with, await patchFile(ground, tree, deed)]);
      case "link": {
        const added = [box.path("real-linked"), box.path("twin-linked")] as const;
        for (const [clone, folder] of [
          [tree.real, added[0]],
          [tree.twin, added[1]],
        ] as const) {
          await box.git(clone, "worktree", "add", "--quiet", "-b", deed.branch, folder);
        }
        const linked = await treeAt(...added, false);
        await untilQuiet(linked.ws);
        assert.equal(startsIn(ground, linked.real), 0, "nothing is built by adding a work tree");
        trees.push(linked);
        return;
      }
      case "typed": {
        const before = startsIn(ground, tree.real);
        const now = await glance(ground, tree);
        await judge(tree, "person", before, await box.cli(tree.real), now);
        return;
      }
      case "begin":
        together = {
          how: deed.how,
          startsBefore: startsIn(ground, tree.real),
          events: 0,
          isHeld: deed.how === "held",
        };
        if (together.isHeld) writeFileSync(box.path("drive", "wait"), "");
        return;
      case "end":
        return endTogether(tree);
      case "write":
      case "remove":
      case "touch":
      case "damage":
      case "tool":
      case "same tool":
      case "upstream":
        return edit(ground, tree, deed);
    }
  }

  async function runGit(tree: Tree, argv: readonly string[]): Promise<void> {
    const before = startsIn(ground, tree.real);
    const others = trees.filter((one) => one !== tree).map((one) => startsIn(ground, one.real));
    eventsIn(tree); // those of what was done without being judged
    const wanted = await box.run(tree.twin, ["git", ...argv]);
    const events = eventsIn(tree);
    counts.commands += 1;
    if (events.length > 0) counts.events += 1;
    const now = await glance(ground, tree);
    const script = freshScript(tree);
    const got = await box.run(tree.real, ["git", ...argv]);
    const told = `${got.stdout}${got.stderr}\nwithout hooks:\n${wanted.stdout}${wanted.stderr}`;
    assert.equal(got.code, wanted.code, `git's exit code is not the one without hooks\n${told}`);
    if (together !== null) {
      together.events += events.length;
      const expected = expectationOf(tree, now, events.length > 0 ? "event" : "nobody");
      if (now.truth.fails && !tree.failed.has(now.key)) tree.failed.set(now.key, "maybe");
      if (together.isHeld && events.length > 0) {
        if (expected.starts[0] > 0 && !expected.fails) await untilStarted(tree, together.startsBefore);
        else release();
      }
      return;
    }
    await untilQuiet(tree.ws);
    const isBlind =
      isByIndexAlone(tree, now) && freshScript(tree) === script && (await freshStatus(tree)) === 42;
    const isSeen = events.length > 0 && !isBlind;
    const expected = await judge(tree, isSeen ? "event" : "nobody", before, null, now);
    if (isSeen) assertTold(argv, got, expected, events, now.git.isStopped);
    assert.deepEqual(
      trees.filter((one) => one !== tree).map((one) => startsIn(ground, one.real)),
      others,
      "builds of other work trees",
    );
  }

  async function endTogether(tree: Tree): Promise<void> {
    const ended = together;
    assert.ok(ended !== null);
    release();
    together = null;
    await untilQuiet(tree.ws);
    const now = await glance(ground, tree);
    const actor: Actor = ended.events > 0 ? "event" : "nobody";
    const expected = expectationOf(tree, now, actor);
    const started = startsIn(ground, tree.real) - ended.startsBefore;
    assert.ok(started <= ended.events + 2, `${started} builds for ${ended.events} events`);
    if (now.truth.fails && actor === "event") tree.failed.set(now.key, "maybe");
    await compare(tree, now, { ...expected, starts: [0, started] }, started, actor, true);
    if (expected.verdict !== "fresh") tree.builtWith = await lastBuiltWith(tree);
  }

  async function judge(
    tree: Tree,
    actor: Actor,
    startsBefore: number,
    typed: RunResult | null,
    seen?: Glance,
  ): Promise<Expectation> {
    const now = seen ?? (await glance(ground, tree));
    await untilQuiet(tree.ws);
    const expected = expectationOf(tree, now, actor);
    const started = startsIn(ground, tree.real) - startsBefore;
    if (expected.fails) tree.failed.set(now.key, "yes");
    await compare(tree, now, expected, started, actor, false);
    if (typed !== null) {
      const exit = { fresh: 0, restore: 0, rebuild: 1, blocked: 3, held: 3 }[expected.verdict];
      assert.equal(typed.code, exit, typed.stderr);
    }
    return expected;
  }

  async function compare(
    tree: Tree,
    now: Glance,
    expected: Expectation,
    started: number,
    actor: Actor,
    isLax: boolean,
  ): Promise<void> {
    const present = presentOutputs(tree.real);
    assert.equal(
      await statusText(box, tree.real),
      now.git.text,
      "what git says of the tree is not what it says without hooks",
    );
    const [least, most] = expected.starts;
    assert.ok(started >= least, `missed: no build was started, ${least} is needed`);
    assert.ok(started <= most, `needless: ${started} builds, ${most} would do`);
    if (expected.outputs === "truth" || (isLax && expected.verdict === "fresh")) {
      assert.ok(
        areRight(present, now.truth, now.git.trackedOutputs),
        `missed: the outputs are not of this tree\n${show(present)}\nwanted\n${now.truth.text}`,
      );
      tree.builtWith = now.git.trackedOutputs;
    } else if (!isLax) {
      assert.deepEqual(present, now.outputs, "the outputs are not as git has left them");
    }
    if (expected.verdict !== "fresh" || actor !== "event" || isLax || whether.oneIn(3)) {
      const { decision, extensions } = await decisionOf(tree);
      const why = extensions.flatMap(({ reasons }) => reasons.map(({ text }) => text)).join("; ");
      const said = `check says ${decision} (${why})`;
      if ((await freshStatus(tree)) === 42 && !isByIndexAlone(tree, now))
        assert.equal(expected.verdict, "fresh", `fresh.sh says fresh; ${said}`);
      assert.equal(decision, expected.verdict, said);
    }
    mirrorOutputs(tree);
    tree.last = now;
    counts.builds += started;
  }

  /** Git has let go of an output, or taken one, by its index alone: what fresh.sh cannot see (docs/how-it-decides.md). */
  function isByIndexAlone({ builtWith, real }: Tree, { git, outputs, truth }: Glance): boolean {
    const before = builtWith ?? [];
    return (
      before.some((path) => !git.trackedOutputs.includes(path) && existsSync(join(real, path))) ||
      git.trackedOutputs.some((path) => !before.includes(path) && outputs.get(path) === truth.text)
    );
  }

  function freshScript({ ws }: Tree): string | null {
    const path = join(ws.stateDir, "fresh.sh");
    return existsSync(path) ? readFileSync(path, "latin1") : null;
  }

  /** Mostly by the function under `check`, which costs a tenth of its process. */
  async function decisionOf(tree: Tree): Promise<Decision> {
    // Without a recorded environment the shell's own counts, and that of this process is another.
    if (whether.oneIn(4) || tree.builtWith === null) return (await box.cliJson(tree.real, "check")).json;
    return (await lookAt(tree)).decision;
  }

  /** The script itself, as the hooks run it. */
  async function freshStatus(tree: Tree): Promise<number> {
    const script = `${tree.ws.stateDir}/fresh.sh`;
    if (!existsSync(script)) return 0;
    return (await box.run(tree.real, ["sh", "-c", '(. "$1") </dev/null >/dev/null 2>&1', "sh", script])).code;
  }

  async function untilStarted(tree: Tree, startsBefore: number): Promise<void> {
    await until(
      () => startsIn(ground, tree.real) > startsBefore && existsSync(box.path("drive", "waiting")),
      "the recipe to stand still",
    );
  }

  function release(): void {
    if (together !== null) together.isHeld = false;
    for (const name of ["wait", "waiting"]) rmSync(box.path("drive", name), { force: true });
  }
}

function show(outputs: ReadonlyMap<string, string | null>): string {
  return [...outputs].map(([path, text]) => `${path}: ${text ?? "absent"}`).join("\n");
}
