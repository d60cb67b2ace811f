import { pythonOnly } from "../project.ts";
import { libraryIdentity, type Played, type Scene } from "../scene.ts";
import { formatTime } from "../transcript.ts";
import type { Stage } from "../stage.ts";

const PAIRS = 7;
/** In plain merges, so that a busy machine changes nothing: the quick answer costs about one, a look in Node twenty. */
const MOST_MERGES = 3;

/** The common case: nothing native moved. Merges with and without the hook take turns. */
export const pythonOnlyMerge: Scene = {
  title: "A merge of Python alone",
  async play(stage: Stage): Promise<Played> {
    const library = await libraryIdentity(stage);
    const before = stage.compilerStarts();
    const withHook: number[] = [];
    const without: number[] = [];
    const commits = [];
    for (let at = 0; at < 2 * PAIRS; at++) {
      commits.push(await stage.publish(`Tune sampling (${at + 1})`, pythonOnly(at + 1)));
    }
    await stage.must(stage.clone, ["git", "fetch", "--quiet"]);
    stage.say(
      `${PAIRS} merges with the hook and ${PAIRS} with -c core.hooksPath=/dev/null, in turn. The first:`,
    );
    let isQuiet = true;
    for (const [at, commit] of commits.entries()) {
      const hooks = at % 2 === 0 ? [] : ["-c", "core.hooksPath=/dev/null"];
      const argv = ["git", ...hooks, "merge", "--ff-only", commit.slice(0, 10)];
      const { code, output, ms } = at === 0 ? await stage.show(argv) : await stage.run(stage.clone, argv);
      (at % 2 === 0 ? withHook : without).push(ms);
      isQuiet &&= code === 0 && !output.includes("rebuild-if-needed");
    }
    const cost = Math.max(0, median(withHook) - median(without));
    stage.say(
      `  median with the hook ${formatTime(median(withHook))}, without ${formatTime(median(without))}`,
    );
    stage.claim(`the hook costs less than ${MOST_MERGES} plain merges`, cost < MOST_MERGES * median(without));
    stage.claim("the hook says nothing", isQuiet);
    stage.claim("no compiler started", stage.compilerStarts() === before);
    stage.claim("the library is the same file", (await libraryIdentity(stage)) === library);
    return { happened: "nothing; the hook's own cost", ms: cost };
  },
};

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
