import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import type { TreeReader } from "../../src/config/tree-reader.ts";
import { renderConfig } from "../../src/config/write.ts";
import type { Config, Workspace } from "../../src/model.ts";

type Files = Readonly<Record<string, string>>;

const SETUPTOOLS: Files = {
  "setup.py": `from setuptools import setup, Extension\nsetup(name="demo", ext_modules=[Extension("demo._C", ["src/a.c"])])\n`,
  "src/a.c": "",
  "docs/index.md": "",
};
const CORE = `[[extension]]\nname = "core"\ninputs = ["src/**"]\noutputs = ["demo/*.so"]\nrecipe = [["make"]]\n`;

function memoryTree(files: Files, untracked: readonly string[] = []): TreeReader {
  return {
    paths: () => Object.keys(files),
    has: (path) => Object.hasOwn(files, path),
    isTracked: (path) => Object.hasOwn(files, path) && !untracked.includes(path),
    read: (path) => files[path] ?? null,
  };
}

async function workspace(t: TestContext, local?: string): Promise<Workspace> {
  const top = await mkdtemp(join(tmpdir(), "config-"));
  t.after(() => rm(top, { recursive: true, force: true }));
  const gitDir = join(top, ".git");
  const stateDir = join(gitDir, "rebuild-if-needed");
  await mkdir(stateDir, { recursive: true });
  if (local !== undefined) await writeFile(join(stateDir, "config.toml"), local);
  return { top, gitDir, commonDir: gitDir, stateDir, slotsDir: join(stateDir, "slots") };
}

async function load(t: TestContext, files: Files, local?: string): Promise<Config> {
  const result = await loadConfig(await workspace(t, local), memoryTree(files));
  assert.ok(result.ok, result.ok ? "" : result.failure.message);
  return result.value;
}

async function refusal(t: TestContext, files: Files, local?: string): Promise<string> {
  const result = await loadConfig(await workspace(t, local), memoryTree(files));
  assert.ok(!result.ok);
  assert.equal(result.failure.exit, 2);
  return `${result.failure.code} ${result.failure.message} | ${result.failure.next}`;
}

test("nothing configured: the detected preset", async (t) => {
  const config = await load(t, SETUPTOOLS);
  assert.equal(config.preset, "setuptools");
  assert.deepEqual(
    config.extensions.map(({ name }) => name),
    ["demo"],
  );
  assert.deepEqual(
    [config.mode, config.strategy, config.interpreter, config.files, config.hasTreeConfig],
    ["auto", "clean", null, [], false],
  );
});

test("the git dir's file wins over the tree's; extensions merge by name, key by key", async (t) => {
  const config = await load(
    t,
    {
      ...SETUPTOOLS,
      "rebuild-if-needed.toml": `mode = "notify"\nstrategy = "ladder"\n${CORE}environment = ["ONE"]\n`,
    },
    `mode = "background"\n[[extension]]\nname = "core"\noutputs = ["other/*.so"]\nenvironment = ["TWO"]\n`,
  );
  assert.deepEqual(
    [config.mode, config.strategy, config.hasTreeConfig, config.files.length],
    ["background", "ladder", true, 2],
  );
  const [core, ...others] = config.extensions;
  assert.deepEqual(others, []);
  assert.deepEqual(core?.inputs, ["src/**"]);
  assert.deepEqual(core?.outputs, ["other/*.so"]);
  assert.deepEqual(core?.recipe, [["make"]]);
  assert.ok(
    core?.environment.includes("CC") && core.environment.includes("TWO") && !core.environment.includes("ONE"),
  );
});

test("an extension with the preset's name changes only the keys it gives", async (t) => {
  const config = await load(t, SETUPTOOLS, `[[extension]]\nname = "demo"\nrequire = ["demo._C:run"]\n`);
  const [demo] = config.extensions;
  assert.equal(config.extensions.length, 1);
  assert.deepEqual(demo?.require, ["demo._C:run"]);
  assert.deepEqual(demo?.outputs, ["**/*.so"]);
  assert.equal(demo?.guessed, true);
});

test("a new name takes the place of a guessed extension and keeps what it does not say", async (t) => {
  const config = await load(t, SETUPTOOLS, `[[extension]]\nname = "mine"\ninputs = ["src/*.c"]\n`);
  const [mine, ...others] = config.extensions;
  assert.deepEqual(others, []);
  assert.equal(mine?.name, "mine");
  assert.equal(mine?.guessed, false);
  assert.equal(mine?.distribution, "demo");
  assert.equal(mine?.recipe[0]?.[0], "python");
});

test("pyproject.toml's own table is a tree config", async (t) => {
  const text = `[tool.rebuild-if-needed]\nmode = "notify"\n[[tool.rebuild-if-needed.extension]]\nname = "core"\ninputs = ["src/**"]\n`;
  const config = await load(t, { ...SETUPTOOLS, "pyproject.toml": text });
  assert.deepEqual([config.mode, config.hasTreeConfig, config.extensions[0]?.name], ["notify", true, "core"]);
});

test("tools follow configured inputs and recipe", async (t) => {
  const files = {
    "k/a.cu": "",
    "k/b.cpp": "",
    "rebuild-if-needed.toml": CORE.replace("src/**", "k/**").replace("make", "/usr/bin/cmake"),
  };
  const config = await load(t, files);
  assert.equal(config.preset, "none");
  assert.deepEqual(config.extensions[0]?.tools, ["cc", "cxx", "nvcc", "cmake", "python"]);
});

const REFUSED: readonly (readonly [
  title: string,
  files: Files,
  local: string | undefined,
  expected: string,
])[] = [
  [
    "no extension at all",
    { "main.py": "" },
    undefined,
    "E105 no native extension found: no setup.py with extension modules, no scikit-build-core or meson-python in pyproject.toml, " +
      "no CMakeLists.txt that speaks of Python. Nothing was changed. | " +
      "describe it as an [[extension]] in rebuild-if-needed.toml, then run: rebuild-if-needed init",
  ],
  [
    "a syntax error",
    { ...SETUPTOOLS, "rebuild-if-needed.toml": "mode = 'auto'\nstrategy =\n" },
    undefined,
    "E110 rebuild-if-needed.toml:2: not valid TOML: invalid value. Nothing was changed. | " +
      "correct rebuild-if-needed.toml:2, then run: rebuild-if-needed check",
  ],
  [
    "an unknown key in an extension of pyproject.toml",
    {
      ...SETUPTOOLS,
      "pyproject.toml": `[[tool.rebuild-if-needed.extension]]\nname = "core"\ninput = ["src/**"]\n`,
    },
    undefined,
    `E111 pyproject.toml:3, [[tool.rebuild-if-needed.extension]] 1: unknown key "input"; did you mean "inputs"? Nothing was changed. | ` +
      "correct pyproject.toml:3, then run: rebuild-if-needed check",
  ],
  [
    "two problems in the git dir's file",
    SETUPTOOLS,
    `mode = 1\nfoo = 2\n`,
    `E112 .git/rebuild-if-needed/config.toml:1: mode: must be "auto", "foreground", "background", "notify", not 1 (and 1 more). ` +
      "Nothing was changed. | correct .git/rebuild-if-needed/config.toml:1, then run: rebuild-if-needed check",
  ],
  [
    "both tree files",
    { ...SETUPTOOLS, "pyproject.toml": `[tool.rebuild-if-needed]\n`, "rebuild-if-needed.toml": "" },
    undefined,
    "E112 both rebuild-if-needed.toml and [tool.rebuild-if-needed] of pyproject.toml hold the configuration. Nothing was changed. | " +
      "keep one of them, then run: rebuild-if-needed check",
  ],
  [
    "a preset that does not exist",
    SETUPTOOLS,
    `preset = "vlm"\n`,
    `E112 .git/rebuild-if-needed/config.toml:1: preset: "vlm" is not known; did you mean "vllm"? Nothing was changed. | ` +
      "correct .git/rebuild-if-needed/config.toml:1, then run: rebuild-if-needed check",
  ],
  [
    "an input glob that names nothing",
    SETUPTOOLS,
    CORE.replace("src/**", "csrc/**"),
    `E114 .git/rebuild-if-needed/config.toml:3, [[extension]] 1: inputs: "csrc/**" names no file that git tracks or would track. ` +
      "Nothing was changed. | correct .git/rebuild-if-needed/config.toml:3, then run: rebuild-if-needed check",
  ],
  [
    "a folder in place of a glob",
    SETUPTOOLS,
    CORE.replace("src/**", "src/"),
    `E114 .git/rebuild-if-needed/config.toml:3, [[extension]] 1: inputs: "src/" names no file that git tracks or would track; ` +
      `it is a folder, for all in it write "src/**". Nothing was changed. | ` +
      "correct .git/rebuild-if-needed/config.toml:3, then run: rebuild-if-needed check",
  ],
  [
    "a build directory with tracked files",
    SETUPTOOLS,
    `${CORE}build-dirs = ["docs"]\n`,
    `E115 .git/rebuild-if-needed/config.toml:6, [[extension]] 1: build-dirs: "docs" holds tracked files, such as docs/index.md; a clean build would ` +
      "move them. Nothing was changed. | " +
      "correct .git/rebuild-if-needed/config.toml:6, then run: rebuild-if-needed check",
  ],
  [
    "a build directory that holds the interpreter",
    SETUPTOOLS,
    `interpreter = ".venv/bin/python"\n${CORE}build-dirs = [".venv"]\n`,
    `E112 .git/rebuild-if-needed/config.toml:7, [[extension]] 1: build-dirs: ".venv" holds the interpreter .venv/bin/python. ` +
      "Nothing was changed. | correct .git/rebuild-if-needed/config.toml:7, then run: rebuild-if-needed check",
  ],
  [
    "an extension that no preset fills up",
    SETUPTOOLS,
    `preset = "none"\n[[extension]]\nname = "core"\ninputs = ["src/**"]\nrecipe = [["make"]]\n`,
    `E112 .git/rebuild-if-needed/config.toml:3, [[extension]] 1: extension "core" needs outputs. Nothing was changed. | ` +
      "correct .git/rebuild-if-needed/config.toml:3, then run: rebuild-if-needed check",
  ],
];

for (const [title, files, local, expected] of REFUSED) {
  test(`refused: ${title}`, async (t) => assert.equal(await refusal(t, files, local), expected));
}

test("not refused: an exclusion or an output that names nothing, an untracked build directory", async (t) => {
  const local = `${CORE.replace(`["src/**"]`, `["src/**", "!src/gone/**"]`)}build-dirs = ["out"]\n`;
  const result = await loadConfig(
    await workspace(t, local),
    memoryTree({ ...SETUPTOOLS, "out/x.o": "" }, ["out/x.o"]),
  );
  assert.ok(result.ok);
});

test("a broken pyproject.toml is named, not guessed around", async (t) => {
  assert.match(
    await refusal(t, { ...SETUPTOOLS, "pyproject.toml": "<<<<<<< HEAD\n" }),
    /^E110 pyproject\.toml:1: not valid TOML/,
  );
});

test("a written config reads back as the same config", async (t) => {
  const detected = await load(t, SETUPTOOLS);
  const configured = await load(
    t,
    SETUPTOOLS,
    `mode = "notify"\nstrategy = "ladder"\ninterpreter = "/opt/py thon/\\u00e9\\"x"\n${CORE}environment = ["FLAVOUR"]\nbuild-dirs = ["out"]\nrequire = ["demo"]\n`,
  );
  const alone = await load(t, SETUPTOOLS, `preset = "none"\n${CORE}`);
  for (const config of [detected, { ...detected, interpreter: ".venv/bin/python" }, configured, alone]) {
    const again = await load(t, SETUPTOOLS, renderConfig(config));
    assert.deepEqual({ ...again, files: [] }, { ...config, files: [] });
  }
});

test("the file that init writes, whole", async (t) => {
  const config = { ...(await load(t, SETUPTOOLS)), interpreter: ".venv/bin/python" };
  assert.equal(
    renderConfig(config),
    `# rebuild-if-needed: what is rebuilt here, and how. All keys: docs/configuration.md of the tool.
# Found: setuptools project with native extensions, editable install.
# Extension demo: python -m pip install --no-build-isolation --no-deps -e .
preset = "setuptools"
interpreter = ".venv/bin/python"
# mode = "auto"   # what a git hook does: auto | foreground | background | notify
`,
  );
});
