import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectFiles } from "./project.ts";
import type { Stage } from "./stage.ts";

/** An upstream, a clone of it, and a virtual environment that sees the clone as an editable install would. */
export async function prepare(stage: Stage): Promise<void> {
  await stage.must(stage.upstream, ["git", "init", "--quiet", "--initial-branch=main"]);
  await stage.publish("Attention, but tiny", projectFiles(stage.ground.nvcc !== null));
  // Cloned yesterday: the reflog has whole seconds, and a build of the same second could not be dated by it.
  const yesterday = { GIT_COMMITTER_DATE: `@${Math.floor(Date.now() / 1000) - 86_400} +0000` };
  await stage.must(stage.root, ["git", "clone", "--quiet", stage.upstream, stage.clone], yesterday);
  const venv = join(stage.clone, ".venv");
  // Without pip: nothing is downloaded, and Debian's python3 can do it without python3-venv.
  await stage.must(stage.clone, [stage.ground.python, "-m", "venv", "--without-pip", venv]);
  const question = "import sysconfig; print(sysconfig.get_path('purelib'))";
  const packages = await stage.must(stage.clone, [join(venv, "bin", "python"), "-c", question]);
  writeFileSync(join(packages, "tinyflash.pth"), `${stage.clone}\n`);
}
