import { ADDED_FUNCTION } from "../project.ts";
import { libraryIdentity, type Played, type Scene } from "../scene.ts";
import type { Stage } from "../stage.ts";

export const nativeMerge: Scene = {
  title: "A merge with native changes",
  async play(stage: Stage): Promise<Played> {
    await stage.publish("Add shift(), in C++ and in Python", ADDED_FUNCTION);
    const library = await libraryIdentity(stage);
    const before = stage.compilerStarts();
    const pull = await stage.show(["git", "pull"]);
    stage.claim("the hook rebuilt it", pull.code === 0 && stage.compilerStarts() > before);
    stage.claim("the library is another file", (await libraryIdentity(stage)) !== library);
    const call = await stage.show(["python", "-c", "import tinyflash; print(tinyflash.shift(40, 2))"]);
    stage.claim("the new function answers", call.code === 0 && call.output.trim() === "42.0");
    return { happened: "the hook rebuilt and verified", ms: pull.ms };
  },
};
