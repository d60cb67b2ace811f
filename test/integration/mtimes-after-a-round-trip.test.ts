import assert from "node:assert/strict";
import { appendFileSync, existsSync, linkSync, lstatSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { type Compilers, countedCompilers } from "../helpers/compilers.ts";
import { mustRun } from "../helpers/driven-project.ts";
import { createSandbox, type Sandbox } from "../helpers/sandbox.ts";
import { sharedVenv } from "../helpers/venv-copy.ts";

const MAKEFILE = `pkg/core.so: build/a.o build/b.o
	gcc -shared -o $@ $^
build/%.o: csrc/%.c csrc/common.h
	mkdir -p build
	gcc -fPIC -c -o $@ $<
`;

const NINJA = `rule cc
  command = gcc -fPIC -MD -MF $out.d -c -o $out $in
  depfile = $out.d
  deps = gcc
rule link
  command = gcc -shared -o $out $in
build build/a.o: cc csrc/a.c
build build/b.o: cc csrc/b.c
build pkg/core.so: link build/a.o build/b.o
builddir = build
`;

/** What a build tool says without doing it. */
const TOOLS = {
  make: { recipe: ["make"], question: ["make", "-q"] },
  ninja: { recipe: ["ninja"], question: ["ninja", "-n"] },
} as const;

interface SceneOptions {
  readonly heal: boolean;
  readonly tool: keyof typeof TOOLS;
  readonly strategy: "clean" | "ladder";
}

interface Scene {
  readonly shell: Sandbox;
  readonly top: string;
  readonly compilers: Compilers;
  /** Whether the build tool would do something. */
  hasWork(): Promise<boolean>;
  /** Sources that the build tool compiles when it is run. */
  compiles(): Promise<number>;
  /** git without our hooks. */
  quietly(...argv: readonly string[]): Promise<void>;
  mtime(path: string): bigint;
}

/** Built on main; the branch `other` has another a.c. Hooks say what is stale and build nothing. */
async function scene(
  t: TestContext,
  { heal = true, tool = "make", strategy = "clean" }: Partial<SceneOptions> = {},
): Promise<Scene> {
  const box = createSandbox(t);
  const top = await box.repository("project");
  const compilers = countedCompilers(box);
  const venv = await sharedVenv(box, ["ninja"]);
  const shell = box.with({ PATH: `${compilers.folder}:${venv.activated.PATH}` });
  const { recipe, question } = TOOLS[tool];
  const files = {
    Makefile: MAKEFILE,
    "build.ninja": NINJA,
    "csrc/a.c": '#include "common.h"\nint a(void) { return ONE; }\n',
    "csrc/b.c": '#include "common.h"\nint b(void) { return ONE + ONE; }\n',
    "csrc/common.h": "#define ONE 1\n",
    "pkg/__init__.py": "",
    ".gitignore": "/build/\n*.so\n",
    "rebuild-if-needed.toml": `preset = "none"
mode = "notify"
strategy = "${strategy}"
${heal ? "heal-mtimes = true\n" : ""}
[[extension]]
name = "core"
inputs = ["csrc/**", "Makefile", "build.ninja"]
outputs = ["pkg/core.so"]
build-dirs = ["build"]
recipe = [${JSON.stringify(recipe)}]
`,
  };
  for (const [path, text] of Object.entries(files)) box.write(join(top, path), text);
  await box.commit(top, "first");
  await box.git(top, "switch", "--quiet", "-c", "other");
  appendFileSync(join(top, "csrc/a.c"), "int more(void) { return 3; }\n");
  await box.commit(top, "other");
  await box.git(top, "switch", "--quiet", "main");
  await mustRun(shell, top, "init", "--yes");
  await mustRun(shell, top);
  const hasWork = async (): Promise<boolean> => {
    const { code, stdout } = await shell.run(top, [...question]);
    return tool === "make" ? code === 1 : !stdout.includes("no work to do");
  };
  assert.equal(await hasWork(), false, "right after the build");
  return {
    shell,
    top,
    compilers,
    hasWork,
    async compiles() {
      const before = compilers.starts();
      assert.equal((await shell.run(top, [...recipe])).code, 0);
      return compilers.starts() - before;
    },
    async quietly(...argv) {
      const { code, stderr } = await shell.run(top, ["git", ...argv], { env: { REBUILD_IF_NEEDED: "0" } });
      assert.equal(code, 0, stderr);
    },
    mtime: (path) => lstatSync(join(top, path), { bigint: true }).mtimeNs,
  };
}

for (const tool of ["make", "ninja"] as const) {
  test(`there and back again: ${tool} has nothing to do, and the next event takes the short way`, async (t) => {
    const { shell, top, hasWork, mtime } = await scene(t, { tool });
    const before = mtime("csrc/a.c");
    const away = await shell.run(top, ["git", "switch", "--quiet", "other"]);
    assert.match(away.stderr, /stale: core: csrc\/a\.c changed/);
    assert.notEqual(mtime("csrc/a.c"), before, "other content keeps its own time");
    assert.equal(await hasWork(), true);
    await shell.git(top, "switch", "--quiet", "main");
    assert.equal(await hasWork(), false);
    const late = before - mtime("csrc/a.c");
    assert.ok(late >= 0n && late < 3000n, `${late} ns older than it was`);
    assert.equal(await shell.git(top, "status", "--porcelain"), "");
    assert.ok(existsSync(join(top, ".git/rebuild-if-needed/fresh.sh")));
  });
}

test("without the option the times are git's, and make builds again", async (t) => {
  const { shell, top, hasWork } = await scene(t, { heal: false });
  await shell.git(top, "switch", "--quiet", "other");
  await shell.git(top, "switch", "--quiet", "main");
  assert.equal(await hasWork(), true);
  assert.equal((await shell.cliJson(top, "check")).json.decision, "fresh");
});

test("commands that only look set no time; one that is typed to make fresh does", async (t) => {
  const { shell, top, hasWork, quietly, mtime } = await scene(t);
  await quietly("switch", "--quiet", "other");
  await quietly("switch", "--quiet", "main");
  const touched = mtime("csrc/a.c");
  for (const command of ["check", "status", "preview"])
    await shell.cli(top, command, ...(command === "preview" ? ["HEAD"] : []));
  assert.equal(mtime("csrc/a.c"), touched);
  assert.equal(await hasWork(), true);
  const outside = join(shell.root, "second-name.c");
  linkSync(join(top, "csrc/b.c"), outside);
  utimesSync(outside, new Date(), new Date());
  const shared = mtime("csrc/b.c");
  await mustRun(shell, top);
  assert.notEqual(mtime("csrc/a.c"), touched);
  assert.equal(mtime("csrc/b.c"), shared, "a file that has a second name elsewhere is not ours alone");
});

test("objects that were built by hand from other content: no old time may let them pass", async (t) => {
  const { shell, top, compiles, quietly } = await scene(t);
  await quietly("switch", "--quiet", "other");
  const made = await shell.run(top, ["make", "build/a.o"]);
  assert.equal(made.code, 0, made.stderr);
  await shell.git(top, "switch", "--quiet", "main");
  assert.equal(
    (await shell.cliJson(top, "check")).json.decision,
    "fresh",
    "the output itself is what it was",
  );
  assert.equal(await compiles(), 1, "a.c, as build/a.o is of the other branch");
});

test("after a restore the build directory is of another build: no time is set", async (t) => {
  const { shell, top, hasWork, compiles } = await scene(t);
  await shell.git(top, "switch", "--quiet", "other");
  await mustRun(shell, top);
  assert.equal(await hasWork(), false);
  await shell.git(top, "switch", "--quiet", "main");
  assert.equal((await shell.cliJson(top, "check")).json.decision, "fresh", "restored by the hook");
  await mustRun(shell, top);
  assert.equal(await compiles(), 1, "a.c, as build/a.o is of the other branch");
});

test("before an incremental rebuild the unchanged inputs are healed, so only what changed is compiled", async (t) => {
  const { shell, top, compilers, quietly } = await scene(t, { strategy: "ladder" });
  await quietly("switch", "--quiet", "other");
  await quietly("switch", "--quiet", "main");
  appendFileSync(join(top, "csrc/b.c"), "int extra(void) { return 5; }\n");
  const before = compilers.starts();
  const ran = await shell.cli(top);
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(compilers.starts() - before, 1, "b.c alone");
  assert.ok(statSync(join(top, "pkg/core.so")).size > 0);
});
