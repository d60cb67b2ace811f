import { imports, type Played, type Scene, showImport } from "../scene.ts";
import type { Stage } from "../stage.ts";

export const init: Scene = {
  title: "rebuild-if-needed comes in",
  async play(stage: Stage): Promise<Played> {
    const answer = await stage.show(["rebuild-if-needed", "init", "--yes"]);
    stage.claim("init works on the broken checkout", answer.code === 0);
    const check = await stage.show(["rebuild-if-needed", "check"]);
    stage.claim("check sees that the build is stale (exit 10)", check.code === 10);
    const before = stage.compilerStarts();
    const build = await stage.show(["rebuild-if-needed"]);
    stage.claim("rebuilt and verified", build.code === 0 && stage.compilerStarts() > before);
    stage.claim("it imports", imports(await showImport(stage)));
    const again = await stage.run(stage.clone, ["rebuild-if-needed", "check"]);
    stage.claim("now check says fresh (exit 0)", again.code === 0);
    return { happened: "found stale, rebuilt, verified", ms: build.ms };
  },
};
