import { BROKEN, REPAIRED } from "../project.ts";
import { imports, libraryIdentity, type Played, type Scene, showImport } from "../scene.ts";
import type { Stage } from "../stage.ts";

export const brokenMerge: Scene = {
  title: "A broken merge",
  async play(stage: Stage): Promise<Played> {
    await stage.publish("Merge branch 'faster'", BROKEN);
    const library = await libraryIdentity(stage);
    const before = stage.compilerStarts();
    const pull = await stage.show(["git", "pull"]);
    stage.claim("git itself did not fail", pull.code === 0);
    stage.claim(
      "the build was tried, failed, and said so",
      stage.compilerStarts() > before && pull.output.includes("E201"),
    );
    stage.claim("the old library is in place, the same file", (await libraryIdentity(stage)) === library);
    stage.claim("it imports", imports(await showImport(stage)));
    const check = await stage.show(["rebuild-if-needed", "check"]);
    stage.claim("and it is known to be stale (exit 10)", check.code === 10);

    stage.say("\nUpstream repairs it.");
    await stage.publish("Repair the merge, add ratio()", REPAIRED);
    await stage.show(["git", "pull"]);
    const call = await stage.show(["python", "-c", "import tinyflash; print(tinyflash.ratio(84, 2))"]);
    stage.claim("rebuilt by the hook", call.code === 0 && call.output.trim() === "42.0");
    return { happened: "build failed, old one kept", ms: pull.ms };
  },
};
