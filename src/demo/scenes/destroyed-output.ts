import { existsSync } from "node:fs";
import { join } from "node:path";
import { COPIED } from "../project.ts";
import { imports, type Played, type Scene, showImport } from "../scene.ts";
import type { Stage } from "../stage.ts";

/** Upstream's release branch tracks the copied file, so git deletes it on the way back. */
export const destroyedOutput: Scene = {
  title: "A branch round trip destroys an output",
  async play(stage: Stage): Promise<Played> {
    const there = await stage.show(["git", "switch", "release-0.1"]);
    stage.claim("the old branch is built by its hook", there.code === 0 && imports(await showImport(stage)));
    const before = stage.compilerStarts();
    stage.say(`\nThis branch tracks ${COPIED}; on the way back git deletes it.`);
    const back = await stage.show(["git", "switch", "main"]);
    const started = stage.compilerStarts() - before;
    const [, restored = ""] = /restored: tinyflash in (\S+ ms)/.exec(back.output) ?? [];
    stage.claim("the file is back", existsSync(join(stage.clone, COPIED)));
    stage.claim("restored in less than a second", restored !== "");
    stage.claim("no compiler started", started === 0);
    stage.claim("it imports", imports(await showImport(stage)));
    const call = await stage.run(stage.clone, ["python", "-c", "from tinyflash import shift"]);
    stage.claim("the library is main's own again", call.code === 0);
    return { happened: `restored in ${restored}, no compiler`, ms: back.ms };
  },
};
