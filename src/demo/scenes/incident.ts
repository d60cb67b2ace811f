import { COPIED, copiedIn, trackedInterface } from "../project.ts";
import { imports, type Played, type Scene, showImport } from "../scene.ts";
import type { Stage } from "../stage.ts";

/** vllm#17347: git deletes a file that the build had put there, and says that all is clean. */
export const incident: Scene = {
  title: "A merge without the tool",
  async play(stage: Stage): Promise<Played> {
    const hasNvcc = stage.ground.nvcc !== null;
    await stage.show(["python", "build.py"]);
    stage.claim("built by hand, it imports", imports(await showImport(stage)));

    stage.say(`\nUpstream tracks ${COPIED} for two days, then lets the build copy it again.`);
    await stage.publish("Track the attention interface", trackedInterface(hasNvcc));
    await stage.must(stage.upstream, ["git", "branch", "release-0.1"]);
    await stage.must(stage.clone, ["git", "pull", "--quiet"]);
    await stage.publish("Copy the attention interface again", copiedIn(hasNvcc));
    const pull = await stage.show(["git", "pull"]);
    const after = await showImport(stage);
    const status = await stage.show(["git", "status", "--short"]);
    stage.claim(
      "ImportError: cannot import name 'flash_attn_varlen_func'",
      after.code !== 0 && after.output.includes("ImportError: cannot import name 'flash_attn_varlen_func'"),
    );
    stage.claim("git status is clean", status.code === 0 && status.output === "");
    return { happened: "ImportError, git status clean", ms: pull.ms };
  },
};
