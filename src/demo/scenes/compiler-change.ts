import { installCompiler } from "../counting-compiler.ts";
import { imports, type Played, type Scene, showImport } from "../scene.ts";
import type { Stage } from "../stage.ts";

/** Nothing changes in git: the compiler itself is another one. */
export const compilerChange: Scene = {
  title: "The compiler is upgraded",
  async play(stage: Stage): Promise<Played> {
    const { compiler, otherCompiler } = stage.ground;
    if (otherCompiler === null) stage.say("g++ on PATH becomes a wrapper that adds -O3.");
    else stage.say(`g++ on PATH becomes ${otherCompiler}.`);
    installCompiler(stage.root, otherCompiler ?? compiler, otherCompiler === null ? ["-O3"] : []);
    const check = await stage.show(["rebuild-if-needed", "check"]);
    stage.claim("check names the compiler (exit 10)", check.code === 10 && check.output.includes("g++"));
    const before = stage.compilerStarts();
    const build = await stage.show(["rebuild-if-needed"]);
    stage.claim("rebuilt with the new one", build.code === 0 && stage.compilerStarts() > before);
    stage.claim("it imports", imports(await showImport(stage)));
    return { happened: "found and rebuilt", ms: build.ms };
  },
};
