/** A clean rebuild leaves nothing of the old build and all that is a person's; its dry run lists every move before. */
import assert from "node:assert/strict";
import { appendFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { mustRun } from "../helpers/driven-project.ts";
import { cpythonModule } from "../helpers/projects.ts";
import { realMoves } from "../helpers/real-moves.ts";
import { createSandbox, type Sandbox } from "../helpers/sandbox.ts";
import { venvCopy } from "../helpers/venv-copy.ts";

interface Backend {
  readonly packages: readonly string[];
  /** Build files for these modules, whose sources are `csrc/NAME.cpp`. */
  files(modules: readonly string[]): Readonly<Record<string, string>>;
  readonly recipe?: readonly (readonly string[])[];
  /** The folder that a clean build makes anew. */
  readonly folder: string;
}

const PIP = ["python", "-m", "pip", "install", "--no-build-isolation", "--no-deps"];
const PROJECT = '\n[project]\nname = "tiny"\nversion = "0.1"\n';

const BACKENDS: Readonly<Record<string, Backend>> = {
  setuptools: {
    packages: ["setuptools>=80"],
    folder: "build",
    recipe: [[...PIP, "-e", "."]],
    files: (modules) => ({
      "pyproject.toml": `[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n${PROJECT}`,
      "setup.py": `from setuptools import Extension, setup
setup(packages=["tiny"], ext_modules=[Extension("tiny." + n, ["csrc/" + n + ".cpp"]) for n in ${JSON.stringify(modules)}])
`,
    }),
  },
  cmake: {
    packages: [],
    folder: "build",
    recipe: [
      ["cmake", "-S", ".", "-B", "build"],
      ["cmake", "--build", "build"],
    ],
    files: (modules) => ({ "CMakeLists.txt": lists(modules, "") }),
  },
  "scikit-build-core": {
    packages: ["scikit-build-core"],
    folder: "build",
    recipe: [[...PIP, "-e", "."]],
    files: (modules) => ({
      "pyproject.toml": `[build-system]\nrequires = ["scikit-build-core"]\nbuild-backend = "scikit_build_core.build"
${PROJECT}\n[tool.scikit-build]\nwheel.packages = ["tiny"]\nbuild-dir = "build/{wheel_tag}"\n`,
      "CMakeLists.txt": lists(modules, `install(TARGETS ${modules.join(" ")} DESTINATION tiny)\n`),
    }),
  },
  "meson-python": {
    packages: ["meson-python", "ninja"],
    folder: "build/rebuild-if-needed",
    recipe: [[...PIP, "-Cbuild-dir=build/rebuild-if-needed", "-e", "."]],
    files: (modules) => ({
      "pyproject.toml": `[build-system]\nrequires = ["meson-python"]\nbuild-backend = "mesonpy"\n${PROJECT}`,
      "meson.build": `project('tiny', 'cpp')
py = import('python').find_installation(pure: false)
py.install_sources('tiny/__init__.py', subdir: 'tiny')
${modules.map((name) => `py.extension_module('${name}', 'csrc/${name}.cpp', install: true, subdir: 'tiny')\n`).join("")}`,
    }),
  },
};

for (const [name, backend] of Object.entries(BACKENDS)) {
  test(`${name}: a module that is no longer built is gone with its objects, and the dry run told each move`, async (t) => {
    const { box, top, write } = await built(t, backend);
    const before = filesBelow(top).filter((path) => path.includes("gone") && path.endsWith(".so"));
    if (name !== "scikit-build-core") assert.equal(before.length, 1); // that one has it in the environment
    write(`${backend.folder}/notes.txt`, "mine\n");
    const cache = filesBelow(join(top, backend.folder)).find((path) => path.endsWith("CMakeCache.txt"));
    if (cache !== undefined) appendFileSync(join(top, backend.folder, cache), "OLD_OPTION:STRING=1\n");

    for (const [path, text] of Object.entries(backend.files(["stays"]))) write(path, text);
    await box.commit(top, "one module less");
    const seen = box.path("seen.json");
    const dry: { moves: string[] } = JSON.parse(await mustRun(box, top, "--dry-run", "--json"));
    await mustRun(box, top);

    assert.deepEqual(
      dry.moves.filter((move) => !move.startsWith("run ")).sort(),
      realMoves(top, box.read(seen)),
    );
    assert.equal(box.read(join(top, backend.folder, "notes.txt")), "mine\n");
    const left = filesBelow(top).filter((path) => path.includes("gone") && !path.startsWith("csrc/"));
    assert.deepEqual(left, []);
    if (cache !== undefined) assert.doesNotMatch(box.read(join(top, backend.folder, cache)), /OLD_OPTION/);
    assert.equal((await box.cli(top, "check")).code, 0);
    const site = await box.run(box.root, ["python", "-c", "import tiny.gone"]);
    assert.match(site.stderr, /No module named 'tiny/);
  });
}

test("an older name of a module does not stop the build that makes it under a new one", async (t) => {
  const { box, top, write } = await built(t, BACKENDS["setuptools"] ?? assert.fail());
  rmSync(join(top, ".git/rebuild-if-needed/baselines"), { recursive: true });
  const [module = ""] = readdirSync(join(top, "tiny")).filter((name) => /^stays\..*\.so$/.test(name));
  write("tiny/stays.so", box.read(join(top, "tiny", module)));
  await mustRun(box, top, "--force");
  assert.equal(existsSync(join(top, "tiny/stays.so")), false);
  assert.equal(existsSync(join(top, "tiny", module)), true);
});

/** The project with two modules, built by us, with a recipe that keeps the journal as it stands when it starts. */
async function built(
  t: TestContext,
  backend: Backend,
): Promise<{ box: Sandbox; top: string; write: (path: string, text: string) => void }> {
  const outer = createSandbox(t);
  const top = await outer.repository("project");
  const write = (path: string, text: string): void => outer.write(join(top, path), text);
  const { activated } = await venvCopy(outer, join(top, ".venv"), backend.packages);
  const box = outer.with(activated);
  const recipe = [
    ["cp", ".git/rebuild-if-needed/journal.json", box.path("seen.json")],
    ...(backend.recipe ?? []),
  ];
  const files = {
    ".gitignore": "*.so\n__pycache__/\n*.egg-info/\n/build/\n/.venv/\n",
    "rebuild-if-needed.toml": `[[extension]]\nname = "${backend.packages.length === 0 ? "project" : "tiny"}"\nrecipe = ${JSON.stringify(recipe)}\n`,
    "tiny/__init__.py": "",
    "csrc/stays.cpp": cpythonModule("stays", { add: "a + b" }),
    "csrc/gone.cpp": cpythonModule("gone", { add: "a - b" }),
    ...backend.files(["stays", "gone"]),
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  if (backend.packages.includes("meson-python")) {
    // A copied environment's scripts name the Python that they were made for.
    const start = "import sys; from mesonbuild.mesonmain import main; sys.exit(main())";
    write(".venv/bin/meson", `#!${top}/.venv/bin/python\n${start}\n`);
  }
  await box.commit(top, "first");
  await mustRun(box, top, "init", "--yes");
  await mustRun(box, top);
  return { box, top, write };
}

function lists(modules: readonly string[], install: string): string {
  const added = modules.map((name) => `Python_add_library(${name} MODULE WITH_SOABI csrc/${name}.cpp)\n`);
  return `cmake_minimum_required(VERSION 3.18)
project(tiny LANGUAGES CXX)
find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)
${added.join("")}${install}`;
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => !/^(\.git|\.venv)(\/|$)/.test(path))
    .sort();
}
