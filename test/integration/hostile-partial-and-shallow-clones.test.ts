/** Clones that lack objects: nothing is ever fetched, and what cannot be known is said to be unknown. */
import assert from "node:assert/strict";
import { appendFileSync, chmodSync, existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { checked, paired, previewed } from "../helpers/answers.ts";
import { drivenAt, drivenProject, mustRun, type Driven } from "../helpers/driven-project.ts";

interface Scene {
  readonly clone: Driven;
  readonly first: string;
  readonly second: string;
  /** How often the clone asked its promisor for objects since it was made. */
  fetches(): number;
  /** Nothing can be fetched any more. */
  cutOff(): void;
}

async function partialClone(
  t: Parameters<typeof drivenProject>[0],
  ...options: readonly string[]
): Promise<Scene> {
  const upstream = await drivenProject(t, {
    name: "upstream",
    files: { "csrc/c.txt": "see\n", "csrc/cpu/.gitignore": "*.o\n", "csrc/cpu/x.txt": "ex\n" },
  });
  const { box } = upstream;
  const first = await box.git(upstream.top, "rev-parse", "HEAD");
  upstream.write("csrc/a.txt", "two\n");
  upstream.write("README.md", "# two\n");
  const second = await box.commit(upstream.top, "two");
  await box.git(upstream.top, "config", "uploadpack.allowFilter", "true");
  await box.git(upstream.top, "config", "uploadpack.allowAnySHA1InWant", "true");
  const top = box.path("clone");
  await box.git(box.root, "clone", "--quiet", ...options, `file://${upstream.top}`, top);
  const log = box.path("fetches");
  box.write("pack", `#!/bin/sh\necho asked >> '${log}'\nexec git-upload-pack "$@"\n`);
  chmodSync(box.path("pack"), 0o755);
  await box.git(top, "config", "remote.origin.uploadpack", box.path("pack"));
  return {
    clone: drivenAt(box, top),
    first,
    second,
    fetches: () => (existsSync(log) ? readFileSync(log, "utf8").split("\n").length - 1 : 0),
    cutOff: () => renameSync(upstream.top, box.path("gone")),
  };
}

test("blob:none: trees are enough for preview, and no blob is fetched for it", async (t) => {
  const scene = await partialClone(t, "--filter=blob:none");
  const { clone, first, second } = scene;
  await mustRun(clone.box, clone.top);
  assert.deepEqual(await paired(clone, first, second), ["rebuild", "input-changed csrc/a.txt"]);
  assert.deepEqual(await previewed(clone, first), ["rebuild", "input-changed csrc/a.txt"]);
  assert.equal(scene.fetches(), 0);
  await clone.box.git(clone.top, "show", `${first}:csrc/a.txt`);
  assert.equal(scene.fetches(), 1, "the counter counts");
  scene.cutOff();
  assert.deepEqual(await checked(clone), ["fresh"]);
  assert.deepEqual(await paired(clone, first, second), ["rebuild", "input-changed csrc/a.txt"]);
});

test("blob:none with a sparse checkout: the ignore files that are left out are not fetched", async (t) => {
  const scene = await partialClone(t, "--filter=blob:none", "--sparse");
  const { clone, second, first } = scene;
  await clone.box.git(clone.top, "sparse-checkout", "set", "pkg", "csrc");
  await clone.box.git(clone.top, "sparse-checkout", "set", "pkg");
  const before = scene.fetches();
  clone.write("csrc/a.txt", "mine\n");
  clone.write("csrc/cpu/new.txt", "new\n");
  await mustRun(clone.box, clone.top);
  assert.deepEqual(await checked(clone), ["fresh"]);
  appendFileSync(join(clone.top, "csrc/cpu/new.txt"), "more\n");
  assert.deepEqual(await checked(clone), ["rebuild", "input-changed csrc/cpu/new.txt"]);
  await paired(clone, first, second);
  assert.equal(scene.fetches(), before);
});

test("tree:0: a commit whose trees are not here is an error of one line, not a fetch", async (t) => {
  const scene = await partialClone(t, "--filter=tree:0");
  const { clone, first, second } = scene;
  await mustRun(clone.box, clone.top);
  const before = scene.fetches();
  const answer = await clone.box.cliJson<{ error?: { code: string } }>(
    clone.top,
    "preview",
    "--from",
    first,
    second,
  );
  assert.equal(answer.code, 2);
  assert.equal(answer.json.error?.code, "E121");
  assert.deepEqual(await previewed(clone, second), ["fresh"], "of HEAD all trees are here");
  assert.deepEqual(await checked(clone), ["fresh"]);
  scene.cutOff();
  assert.deepEqual(await checked(clone), ["fresh"]);
  assert.equal((await clone.box.cli(clone.top, "preview", first)).code, 2);
  assert.equal(scene.fetches(), before);
});

test("a shallow clone: what it has is decided, what it lacks is named", async (t) => {
  const scene = await partialClone(t, "--depth=1");
  const { clone, first, second } = scene;
  await mustRun(clone.box, clone.top, "init", "--yes");
  await mustRun(clone.box, clone.top);
  const { code, stderr } = await clone.box.cli(clone.top, "preview", first);
  assert.equal(code, 2);
  assert.match(stderr, /E121 there is no commit/);
  assert.deepEqual(await previewed(clone, second), ["fresh"]);
  clone.write("csrc/a.txt", "three\n");
  await clone.box.commit(clone.top, "on a graft");
  await mustRun(clone.box, clone.top, "wait");
  assert.deepEqual(await checked(clone), ["fresh"]);
  assert.equal(clone.starts(), 2);
  assert.deepEqual(await previewed(clone, second), ["restore", "input-changed csrc/a.txt"]);
});
