/** Compilers are asked what they are once for a build, however many processes look: what has moved since is seen all the same. */
import assert from "node:assert/strict";
import { appendFileSync, chmodSync, existsSync, readFileSync } from "node:fs";
import { delimiter } from "node:path";
import test, { type TestContext } from "node:test";
import { CONFIG, drivenAt, drivenProject, type Driven } from "../helpers/driven-project.ts";

/** A driven project whose g++ notes each question, and how often it was asked for its assembler. */
async function counted(
  t: TestContext,
  options: object = {},
): Promise<Driven & { readonly asked: () => number }> {
  const project = await drivenProject(t, options);
  const { box } = project;
  box.write("bin/g++", `#!/bin/sh\necho "$*" >>'${box.path("asked")}'\nexec /usr/bin/g++ "$@"\n`);
  chmodSync(box.path("bin/g++"), 0o755);
  const path = `${box.path("bin")}${delimiter}${box.environment["PATH"] ?? ""}`;
  const asked = (): number => {
    const lines = existsSync(box.path("asked")) ? readFileSync(box.path("asked"), "utf8").split("\n") : [];
    return lines.filter((line) => line === "-print-prog-name=as").length;
  };
  return { ...drivenAt(box.with({ PATH: path }), project.top), asked };
}

test("a first build asks once: the builder and the look at its end go on from there", async (t) => {
  const { box, top, asked } = await counted(t);
  const built = await box.cli(top);
  assert.equal(built.code, 0, built.stderr);
  assert.equal(asked(), 1);
  assert.equal((await box.cli(top, "check")).code, 0);
  assert.equal(asked(), 1);
});

test("init on a tree without a build asks once", async (t) => {
  const { box, top, asked } = await counted(t);
  assert.equal((await box.cli(top, "init", "--yes")).code, 0);
  assert.equal(asked(), 1);
});

test("a hook's builder goes on from what the hook saw", async (t) => {
  const { box, top, asked } = await counted(t);
  assert.equal((await box.cli(top)).code, 0);
  assert.equal((await box.cli(top, "init", "--yes")).code, 0);
  appendFileSync(box.path("bin/g++"), "# another wrapper\n");
  await box.git(top, "checkout", "--quiet", "-b", "other");
  assert.equal((await box.cli(top, "wait")).code, 0);
  assert.equal((await box.cli(top, "check")).code, 0, "built with the new one");
  assert.equal(asked(), 2);
});

test("a compiler that is exchanged under a build is seen at its end", async (t) => {
  const project = await counted(t, {
    files: {
      "rebuild-if-needed.toml": CONFIG.replace('"build.py"]]', '"build.py"], ["sh", "../exchange"]]'),
    },
  });
  const { box, top, asked } = project;
  box.write(
    "exchange",
    `test -e '${box.path("done")}' || echo '# another' >>'${box.path("bin/g++")}'\n: >'${box.path("done")}'\n`,
  );
  const built = await box.cli(top);
  assert.equal(built.code, 0, built.stderr);
  assert.match(built.stderr, /moved|changed/);
  assert.equal(project.starts(), 2, "the first try was of another compiler");
  assert.equal(asked(), 2);
  assert.equal((await box.cli(top, "check")).code, 0);
});
