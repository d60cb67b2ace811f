/** What we read of git's files ourselves: the same as git says, or no answer, and git is asked. */
import assert from "node:assert/strict";
import { appendFileSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { hasObject } from "../../src/git/has-object.ts";
import { parseIndex } from "../../src/git/index-file.ts";
import { decodePath } from "../../src/git/path-bytes.ts";
import { readPlainHead } from "../../src/git/plain-head.ts";
import { findPlainWorkspace } from "../../src/git/plain-workspace.ts";
import { findWorkspace } from "../../src/git/workspace.ts";
import { valueOf } from "../helpers/hook-repo.ts";
import { createSandbox, type Sandbox } from "../helpers/sandbox.ts";

const NEVER = 2n ** 62n;

/** `ls-files -s -v` of git, and the same from our own reading. */
async function bothWays(box: Sandbox, top: string): Promise<{ git: string[]; ours: string[] | null }> {
  const told = await box.run(top, ["git", "ls-files", "-s", "-v", "-z"]);
  const entries = parseIndex(readFileSync(join(top, ".git", "index")), NEVER)?.entries;
  const git = told.stdout.split("\0").filter((line) => line !== "");
  const ours = entries?.map(({ path, mode, oid, stage, skipped, flagged }) => {
    const letter = stage > 0 ? "M" : skipped ? "S" : flagged ? "h" : "H";
    return `${letter} ${mode} ${oid} ${stage}\t${path}`;
  });
  return { git, ours: ours ?? null };
}

async function filled(box: Sandbox, ...options: string[]): Promise<string> {
  const top = box.path("repo");
  mkdirSync(top);
  await box.git(top, "init", "--quiet", "--initial-branch=main", ...options);
  const long = `deep/${"x".repeat(200)}/${"y".repeat(200)}`;
  for (const path of ["a", "b.c", "dir/a", "dir/b", "ünï", "block_shape=[128,128].json", `${long}/file`])
    box.write(`repo/${path}`, `${path}\n`);
  await box.run(top, ["ln", "-s", "a", "link"]);
  await box.commit(top, "first");
  return top;
}

for (const [name, options, version] of [
  ["version 2", [], "2"],
  ["version 3 (flags)", [], "3"],
  ["version 4 (shortened names)", [], "4"],
  ["SHA-256", ["--object-format=sha256"], "2"],
] as const) {
  test(`the index is read as git reads it: ${name}`, async (t) => {
    const box = createSandbox(t);
    const top = await filled(box, ...options);
    if (version === "3") await box.git(top, "update-index", "--skip-worktree", "dir/a");
    else await box.git(top, "update-index", "--index-version", version);
    await box.git(top, "update-index", "--assume-unchanged", "b.c");
    const { git, ours } = await bothWays(box, top);
    assert.equal(git.length, 8);
    assert.deepEqual(ours, git);
  });
}

test("merge stages are told apart, and a file that is only meant to be added is never taken as known", async (t) => {
  const box = createSandbox(t);
  const top = await filled(box);
  await box.git(top, "checkout", "--quiet", "-b", "other");
  box.write("repo/a", "other\n");
  await box.commit(top, "other");
  await box.git(top, "checkout", "--quiet", "main");
  box.write("repo/a", "main\n");
  await box.commit(top, "main");
  assert.notEqual((await box.run(top, ["git", "merge", "other"])).code, 0);
  const { git, ours } = await bothWays(box, top);
  assert.deepEqual(ours, git);
  box.write("repo/meant", "");
  await box.git(top, "add", "--intent-to-add", "meant");
  const meant = parseIndex(readFileSync(join(top, ".git", "index")), NEVER)?.entries.find(
    ({ path }) => path === "meant",
  );
  assert.equal(meant?.flagged, true);
});

test("what is not an index that we know is left to git", async (t) => {
  const box = createSandbox(t);
  const top = await filled(box);
  const index = join(top, ".git", "index");
  const whole = readFileSync(index);
  assert.notEqual(parseIndex(whole, NEVER), null);
  for (let length = 0; length < whole.length; length += 7)
    assert.equal(parseIndex(whole.subarray(0, length), NEVER), null, `cut at ${length}`);
  await box.git(top, "update-index", "--split-index");
  assert.equal(parseIndex(readFileSync(index), NEVER), null);
  await box.git(top, "update-index", "--no-split-index");
  await box.git(top, "sparse-checkout", "set", "--cone", "--sparse-index", "dir");
  assert.equal(parseIndex(readFileSync(index), NEVER), null);
});

test("a file is as git noted it, until anything of its stat moves; one as young as the index never is", async (t) => {
  const box = createSandbox(t);
  const top = await filled(box);
  const file = join(top, "b.c");
  const noted = (writtenNs = NEVER): boolean => {
    const entries = parseIndex(readFileSync(join(top, ".git", "index")), writtenNs)?.entries ?? [];
    const entry = entries.find(({ path }) => path === "b.c");
    return entry?.matches(lstatSync(file, { bigint: true })) ?? false;
  };
  assert.equal(noted(), true);
  const { mtimeNs } = lstatSync(file, { bigint: true });
  assert.equal(noted(mtimeNs + 1n), true);
  assert.equal(noted(mtimeNs), false);
  const { atime, mtime } = statSync(file);
  box.write("repo/b.c", "B.c\n");
  utimesSync(file, atime, mtime);
  assert.equal(noted(), false, "same size, time put back");
  await box.git(top, "add", "b.c");
  assert.equal(noted(), true);
  rmSync(file);
  await box.run(top, ["ln", "-s", "a", "b.c"]);
  assert.equal(noted(), false, "a link in its place");
});

test("HEAD: on a branch, packed, detached; without a commit, or with a lost one, git must say", async (t) => {
  const box = createSandbox(t);
  const empty = await box.repository("empty");
  assert.equal(readPlainHead(valueOf(await findWorkspace(empty))), null);
  const top = await filled(box);
  const ws = valueOf(await findWorkspace(top));
  const head = await box.git(top, "rev-parse", "HEAD");
  assert.equal(readPlainHead(ws), head);
  await box.git(top, "pack-refs", "--all");
  await box.git(top, "gc", "--quiet");
  assert.equal(readPlainHead(ws), head);
  await box.git(top, "checkout", "--quiet", "--detach");
  assert.equal(readPlainHead(ws), head);
  const shared = box.path("shared");
  await box.git(box.root, "clone", "--quiet", "--shared", top, shared);
  assert.equal(readPlainHead(valueOf(await findWorkspace(shared))), head);
  const objects = join(top, ".git", "objects");
  assert.equal(hasObject(objects, head), true);
  assert.equal(hasObject(objects, `${head.slice(0, -1)}${head.endsWith("0") ? "1" : "0"}`), false);
  rmSync(join(objects, "pack"), { recursive: true });
  assert.equal(readPlainHead(ws), null);
});

test("only an ordinary work tree is found without git, and it is the one that git finds", async (t) => {
  const box = createSandbox(t);
  const top = await filled(box);
  const found = { top, gitDir: join(top, ".git") };
  assert.deepEqual(findPlainWorkspace(join(top, "dir")), found);
  assert.equal(await box.git(join(top, "dir"), "rev-parse", "--show-toplevel"), top);
  await box.git(top, "worktree", "add", "--quiet", box.path("linked"));
  await box.git(box.root, "clone", "--quiet", "--bare", top, box.path("bare"));
  for (const folder of [
    box.path("linked"),
    box.path("bare"),
    join(top, ".git"),
    join(top, ".git", "refs"),
    box.root,
  ])
    assert.equal(findPlainWorkspace(folder), null, folder);
  for (const line of [
    "[core]\n\tworktree = ../elsewhere\n",
    "[core]\n\tbare\n",
    "[extensions]\n\tworktreeConfig = true\n",
  ]) {
    const config = readFileSync(join(top, ".git", "config"));
    appendFileSync(join(top, ".git", "config"), line);
    assert.equal(findPlainWorkspace(top), null, line);
    box.write("repo/.git/config", config);
    assert.deepEqual(findPlainWorkspace(top), found);
  }
});

test("names that are no UTF-8 come through as from git", async (t) => {
  const box = createSandbox(t);
  const top = await box.repository("repo");
  const name = Buffer.from([0x61, 0xff, 0x62]);
  await box.run(top, ["sh", "-c", "touch \"$(printf 'a\\377b')\" && git add -A"]);
  const [entry] = parseIndex(readFileSync(join(top, ".git", "index")), NEVER)?.entries ?? [];
  assert.equal(entry?.path, decodePath(name));
});
