/** A program that will vanish, or that a checkout could replace, is copied to a place that stays. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { uninstallHooks } from "../../src/install/index.ts";
import { createHookRepo, valueOf, writeStandIn, type HookRepo } from "../helpers/hook-repo.ts";

const CACHE = "home/.npm/_npx/1a2b3c";
const MODULES = `${CACHE}/node_modules`;

test("from npx: the package and what it needs are copied, and the hooks outlive the cache", async (t) => {
  const repo = await createHookRepo(t);
  const program = installInCache(repo);
  const { target } = valueOf(await repo.install({ program }));
  const copy = join(dataFolder(repo), "0.0.1", "node_modules");
  assert.deepEqual(target, {
    node: process.execPath,
    program: join(copy, "rebuild-if-needed", "dist", "cli.js"),
    copiedFrom: program,
  });
  assert.deepEqual(readdirSync(copy).toSorted(), ["near", "rebuild-if-needed"]);
  assert.deepEqual(readdirSync(join(copy, "rebuild-if-needed")).toSorted(), [
    "dist",
    "hooks",
    "package.json",
  ]);

  rmSync(repo.box.path(CACHE), { recursive: true });
  await repo.box.git(repo.top, "checkout", "--quiet", "-b", "other");
  assert.ok(repo.calls().some((call) => call.argv[1] === "post-checkout"));
  assert.match(
    readFileSync(join(repo.ws.gitDir, "hooks", "post-merge"), "utf8"),
    new RegExp(`^program='${copy}`, "m"),
  );
});

test("the same package again is the same copy; another build of the same version gets its own", async (t) => {
  const repo = await createHookRepo(t);
  const program = installInCache(repo);
  const first = valueOf(await repo.install({ program }));
  assert.deepEqual(valueOf(await repo.install({ program })).target, first.target);
  assert.deepEqual(readdirSync(dataFolder(repo)), ["0.0.1"]);

  repo.box.write(join(dirname(program), "more.js"), "");
  const second = valueOf(await repo.install({ program }));
  assert.notEqual(second.target.program, first.target.program);
  assert.match(
    second.target.program,
    /\/0\.0\.1-[0-9a-f]{8}\/node_modules\/rebuild-if-needed\/dist\/cli\.js$/,
  );
  assert.ok(existsSync(first.target.program), "hooks of other clones may use it");
  valueOf(await uninstallHooks({ ws: repo.ws, environment: repo.box.environment }));
  assert.ok(existsSync(second.target.program), "hooks of other clones may use it");
});

test("what a dying installer left is no obstacle", async (t) => {
  const repo = await createHookRepo(t);
  const program = installInCache(repo);
  mkdirSync(join(dataFolder(repo), "0.0.1"), { recursive: true });
  repo.box.write(join(dataFolder(repo), "0.0.1", "half"), "");
  const { target } = valueOf(await repo.install({ program }));
  assert.ok(existsSync(target.program));
  assert.ok(existsSync(join(dataFolder(repo), "0.0.1", "half")), "not ours to delete");
});

test("a program inside the work tree is copied: a checkout could replace it", async (t) => {
  const repo = await createHookRepo(t);
  const program = writeStandIn(repo.box, "repo/node_modules/rebuild-if-needed");
  mkdirSync(join(repo.top, "node_modules", ".bin"));
  const link = join(repo.top, "node_modules", ".bin", "rebuild-if-needed");
  symlinkSync("../rebuild-if-needed/dist/cli.js", link);
  const { target } = valueOf(await repo.install({ program: link }));
  assert.equal(target.copiedFrom, program);
  assert.ok(target.program.startsWith(dataFolder(repo)));
});

test("a program that stays is used where it is", async (t) => {
  const repo = await createHookRepo(t);
  const { target } = valueOf(await repo.install({ program: process.execPath }));
  assert.deepEqual(target, { node: process.execPath, program: process.execPath, copiedFrom: null });
});

test("a package that cannot be copied whole is refused, and nothing is installed", async (t) => {
  const repo = await createHookRepo(t);
  const program = installInCache(repo);
  rmSync(repo.box.path(`${MODULES}/near`), { recursive: true });
  const result = await repo.install({ program });
  assert.ok(!result.ok);
  assert.deepEqual(result.failure, {
    code: "E305",
    message:
      `${program} may vanish, and it could not be copied to ${dataFolder(repo)} ` +
      "(near, which rebuild-if-needed needs, is not installed). Nothing was changed.",
    next: "npm install --global rebuild-if-needed && rebuild-if-needed install",
    exit: 3,
  });
  assert.equal(existsSync(join(repo.ws.gitDir, "hooks", "post-merge")), false);
  assert.equal(existsSync(dataFolder(repo)) && readdirSync(dataFolder(repo)).length > 0, false);
});

test("fnm's node for this shell only is resolved to the real one; a node inside the tree is refused", async (t) => {
  const repo = await createHookRepo(t);
  const shells = repo.box.path("fnm_multishells", "1_2", "bin");
  mkdirSync(shells, { recursive: true });
  symlinkSync(process.execPath, join(shells, "node"));
  assert.equal(valueOf(await repo.install({ node: join(shells, "node") })).target.node, process.execPath);

  const inside = join(repo.top, ".venv", "bin", "node");
  repo.box.write(inside, "");
  const result = await repo.install({ node: inside });
  assert.ok(!result.ok);
  assert.match(result.failure.message, /^hooks cannot rely on .*\.venv\/bin\/node: /);
});

/** Our package with one dependency, as npx lays it out. */
function installInCache(repo: HookRepo): string {
  repo.box.write(`${MODULES}/near/package.json`, '{"name": "near", "version": "1.0.0"}');
  repo.box.write(`${MODULES}/unrelated/package.json`, '{"name": "unrelated", "version": "1.0.0"}');
  const program = writeStandIn(repo.box, `${MODULES}/rebuild-if-needed`, { dependencies: { near: "1.0.0" } });
  repo.box.write(`${MODULES}/rebuild-if-needed/src/not-shipped.ts`, "");
  return program;
}

function dataFolder(repo: HookRepo): string {
  return repo.box.path("home", ".local", "share", "rebuild-if-needed");
}
