/** A project without a tuned preset: what a build reads counts, whatever else the globs would take. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import test from "node:test";
import { checked, paired } from "../helpers/answers.ts";
import { type AskedProject, askedProject } from "../helpers/asked-project.ts";
import { cpythonModule } from "../helpers/projects.ts";
import { withoutLaunchers } from "../helpers/without-launchers.ts";

const SETUP = `"""Builds tiny."""
from setuptools import Extension, setup

setup(
    name="tiny",
    description="small",
    packages=["tiny"],
    ext_modules=[Extension("tiny._C", ["csrc/ops.cpp"], include_dirs=["csrc"], language="c++")],
)
`;

const MACRO = `#define TABLE "table.dat"\n#include TABLE\n`;

const FILES = {
  "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
  "setup.py": SETUP,
  "csrc/ops.cpp": `#include "deep/ops.h"\n${MACRO}${cpythonModule("_C", { add: "a + b" })}`,
  "csrc/deep/ops.h": `#ifdef NEVER\n#include "../win.h"\n#endif\n#include "inner.inl"\n`,
  "csrc/deep/inner.inl": "// inner\n",
  "csrc/win.h": "// another system\n",
  "csrc/table.dat": "// 1\n",
  "csrc/orphan.h": "// nobody's\n",
  "tests/test_ops.cpp": `#include "../csrc/deep/ops.h"\n#include "fixture.h"\n`,
  "tests/fixture.h": "// test\n",
  "bench/CMakeLists.txt": "add_executable(bench bench.cpp)\n",
  "bench/bench.cpp": "int main() {}\n",
  "tiny/__init__.py": "",
};

type Place = Pick<AskedProject, "box" | "top" | "write">;

/** As a build leaves it that could not be asked. */
function forgetAnswer({ box, top }: Place): void {
  const folder = `${top}/.git/rebuild-if-needed/baselines`;
  for (const name of readdirSync(folder)) {
    const { answer: _answer, alsoRead: _also, ...baseline } = JSON.parse(box.read(`${folder}/${name}`));
    box.write(`${folder}/${name}`, JSON.stringify(baseline));
  }
}

/** Changes one file, looks, commits, and asks for the pair of commits as well. */
async function change(place: Place, path: string, text: string): Promise<string[]> {
  const { top } = place;
  const box = place.box.with({ REBUILD_IF_NEEDED: "0" }); // no hook builds behind our back
  const before = await box.git(top, "rev-parse", "HEAD");
  place.write(path, text);
  const now = await checked(place);
  const after = await box.commit(top, path);
  assert.deepEqual(await paired(place, before, after), now, `${path}: the pair is answered otherwise`);
  await box.git(top, "reset", "--quiet", "--hard", before);
  return now;
}

test("what build files name and sources include counts, before any build has told more", async (t) => {
  const project = await askedProject(t, FILES, ["setuptools>=77"], withoutLaunchers);
  const { box, top } = project;
  await project.build();
  forgetAnswer(project);
  const rebuilds = (path: string, kind = "changed"): string[] => ["rebuild", `input-${kind} ${path}`];

  for (const path of ["csrc/ops.cpp", "csrc/deep/ops.h", "csrc/deep/inner.inl", "csrc/win.h"]) {
    assert.deepEqual(await change(project, path, "// other\n"), rebuilds(path));
  }
  assert.deepEqual(await change(project, "csrc/table.dat", "// 2\n"), rebuilds("csrc/table.dat"));
  for (const path of ["csrc/orphan.h", "tests/test_ops.cpp", "tests/fixture.h", "bench/bench.cpp"]) {
    assert.deepEqual(await change(project, path, "// other\n"), ["fresh"], path);
  }
  assert.deepEqual(await change(project, "bench/CMakeLists.txt", "# other\n"), ["fresh"]);
  assert.deepEqual(await change(project, "csrc/new.h", "// nobody's\n"), ["fresh"]);

  const reworded = SETUP.replace("small", "tiny indeed").replace("Builds", "Makes");
  assert.deepEqual(await change(project, "setup.py", `# comment\n${reworded}`), ["fresh"]);
  assert.deepEqual(
    await change(project, "setup.py", SETUP.replace('"csrc/ops.cpp"', '"csrc/ops.cpp", "csrc/new.cpp"')),
    rebuilds("setup.py"),
  );

  const output = readdirSync(`${top}/tiny`).find((name) => name.endsWith(".so"));
  const { stdout } = await box.cli(top, "why", "csrc/deep/inner.inl");
  assert.equal(
    stdout,
    "tiny: a change of csrc/deep/inner.inl rebuilds: included by csrc/deep/ops.h, " +
      `included by csrc/ops.cpp, named in setup.py. Outputs: tiny/${output}\n`,
  );
  const orphan = await box.cli(top, "why", "csrc/orphan.h");
  assert.equal(
    orphan.stdout,
    "tiny: a change of csrc/orphan.h rebuilds nothing: input rule **/*.h names it, but no build file does " +
      "and nothing includes it\n",
  );
});

test("a good build adds what nothing names, and takes out an include that no compiler followed", async (t) => {
  const odd = { ...FILES, "csrc/ops.cpp": FILES["csrc/ops.cpp"].replace(MACRO, `#include ODD\n`) };
  const setup = SETUP.replace('language="c++"', `define_macros=[("ODD", '"table.dat"')], language="c++"`);
  const project = await askedProject(t, { ...odd, "setup.py": setup }, ["setuptools>=77"], withoutLaunchers);
  await project.build();
  const { box, top } = project;
  assert.deepEqual(await checked(project), ["fresh"]);
  const quick = async (): Promise<number> =>
    (await box.run(top, ["sh", `${top}/.git/rebuild-if-needed/fresh.sh`])).code;
  assert.equal(await quick(), 42, "fresh.sh says that nothing moved");
  project.write("csrc/table.dat", "// 3\n");
  assert.notEqual(await quick(), 42);
  project.write("csrc/table.dat", FILES["csrc/table.dat"]);
  assert.deepEqual(await change(project, "csrc/table.dat", "// 2\n"), [
    "rebuild",
    "input-changed csrc/table.dat",
  ]);
  const { json } = await box.cliJson(top, "check");
  assert.equal(json.decision, "fresh");
  project.write("csrc/win.h", "// 2\n");
  assert.deepEqual(await checked(project), ["fresh"]);
  project.write("csrc/deep/inner.inl", "// 2\n");
  const stale = (await box.cliJson(top, "check")).json.extensions[0]?.reasons;
  assert.deepEqual(stale, [
    {
      kind: "input-changed",
      path: "csrc/deep/inner.inl",
      from: stale?.[0]?.from,
      to: stale?.[0]?.to,
      by: "build",
      text: "csrc/deep/inner.inl changed (included by csrc/deep/ops.h)",
    },
  ]);
});

test("a branch round trip finds its kept build, whatever the builds in between were seen to read", async (t) => {
  const project = await askedProject(t, FILES, ["setuptools>=77"], withoutLaunchers);
  await project.build();
  const { box, top } = project;
  await box.git(top, "switch", "--quiet", "--create", "other");
  project.write("csrc/deep/inner.inl", "#include <cmath>\n");
  await project.build();
  const { stderr } = await box.run(top, ["git", "switch", "--quiet", "main"]);
  assert.match(stderr, /restored: tiny/);
  assert.deepEqual(await checked(project), ["fresh"]);
});
