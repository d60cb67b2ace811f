import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { builtProject } from "../helpers/driven-project.ts";

test("an error of the doctor stops a build before anything is moved or run", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  project.write("csrc/a.txt", "two\n");
  const before = project.digest();
  const shell = box.with({ CC: "sccache gcc", REBUILD_IF_NEEDED: undefined });
  const { code, stderr } = await shell.cli(top);
  assert.equal(code, 3, stderr);
  assert.match(
    stderr,
    /E304 compilers are started through sccache \(CC=sccache gcc\), which is not on the recorded PATH\. Nothing was moved or run\. Next: install sccache, or unset CC/,
  );
  assert.equal(project.digest(), before);
  assert.equal(project.starts(), 1);
  assert.equal(existsSync(project.stateFile("journal.json")), false);
});

test("a warning is noted in the log, and the build goes ahead", async (t) => {
  const project = await builtProject(t, { files: { "setup.py": "# uses ccache where there is one\n" } });
  const { box, top } = project;
  project.write("csrc/a.txt", "two\n");
  box.write("file", "");
  const shell = box.with({ CCACHE_DIR: box.path("file/cache") });
  const { code, stderr } = await shell.cli(top);
  assert.equal(code, 0, stderr);
  assert.equal(project.starts(), 2);
  const builds = readdirSync(project.stateFile("builds")).sort();
  const logs = readdirSync(project.stateFile("builds", builds.at(-1) ?? ""));
  const texts = logs.map((name) =>
    readFileSync(project.stateFile("builds", builds.at(-1) ?? "", name), "utf8"),
  );
  assert.match(texts.join("\n"), /\(setup\.py looks for it\): its cache \S+file\/cache cannot be written/);
});
