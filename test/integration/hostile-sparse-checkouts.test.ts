/** Sparse checkouts: an input that is left out is not there for the build; taking it in or out is seen. */
import assert from "node:assert/strict";
import test from "node:test";
import { checked, paired, previewed } from "../helpers/answers.ts";
import { drivenProject, mustRun, type Driven } from "../helpers/driven-project.ts";

const FILES = {
  "csrc/cuda/a.cu": "one\n",
  "csrc/cpu/b.cpp": "one\n",
  "csrc/cpu/deep/c.cpp": "one\n",
  "docs/d.md": "one\n",
};

/** A commit on a branch of its own that changes what is left out, and brings more of it. */
async function publish(project: Driven): Promise<string> {
  const { box, top } = project;
  const other = box.path("other");
  await box.git(box.root, "clone", "--quiet", top, other);
  box.write("other/csrc/cpu/b.cpp", "two\n");
  box.write("other/csrc/cpu/new.cpp", "one\n");
  box.write("other/csrc/rocm/new.cpp", "one\n");
  const commit = await box.commit(other, "what is left out here");
  await box.git(top, "fetch", "--quiet", other, "HEAD:refs/remotes/other/main");
  return commit;
}

const SHAPES: readonly (readonly [string, readonly string[]])[] = [
  ["cone", ["set", "--cone", "csrc/cuda", "pkg"]],
  ["cone with a sparse index", ["set", "--cone", "--sparse-index", "csrc/cuda", "pkg"]],
  ["patterns", ["set", "--no-cone", "/*", "!/csrc/cpu/", "!/csrc/rocm/"]],
];

for (const [name, args] of SHAPES) {
  test(`${name}: preview and check agree about what is left out`, async (t) => {
    const project = await drivenProject(t, { files: FILES });
    const { box, top } = project;
    const next = await publish(project);
    await box.git(top, "sparse-checkout", ...args);
    await mustRun(box, top);
    const first = await box.git(top, "rev-parse", "HEAD");
    assert.deepEqual(await checked(project), ["fresh"]);
    assert.deepEqual(await previewed(project, "HEAD"), ["fresh"]);
    // In a pattern checkout nobody can tell where a new folder will go: its nearest known folder decides.
    const unsure = name === "patterns" ? ["rebuild", "input-added csrc/rocm/new.cpp"] : ["fresh"];
    assert.deepEqual(await previewed(project, next), unsure);
    assert.deepEqual(await paired(project, first, next), unsure);
    await box.git(top, "merge", "--quiet", "--ff-only", next);
    assert.deepEqual(await checked(project), ["fresh"], "git left it out too");

    await box.git(top, "sparse-checkout", "disable");
    const all = ["cpu/b.cpp", "cpu/deep/c.cpp", "cpu/new.cpp", "rocm/new.cpp"];
    assert.deepEqual(await checked(project), ["rebuild", ...all.map((path) => `input-added csrc/${path}`)]);
    await mustRun(box, top);
    await box.git(top, "sparse-checkout", ...args);
    assert.deepEqual(await checked(project), ["restore", ...all.map((path) => `input-removed csrc/${path}`)]);
  });
}

test("a file that somebody put where it is left out is there for the build", async (t) => {
  const project = await drivenProject(t, { files: FILES });
  const { box, top } = project;
  await box.git(top, "sparse-checkout", "set", "csrc/cuda", "pkg");
  await mustRun(box, top);
  project.write("csrc/cpu/b.cpp", "mine\n");
  assert.deepEqual(await checked(project), ["rebuild", "input-added csrc/cpu/b.cpp"]);
});
