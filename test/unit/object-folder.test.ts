/** Where setuptools is told to leave its objects, and where it is left alone: a wrong word here ends somebody's build. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { objectVariables } from "../../src/build/object-folder.ts";
import type { Extension, Workspace } from "../../src/model.ts";
import { put, scratch } from "../helpers/native.ts";

const PIP = ["python", "-m", "pip", "install", "--no-build-isolation", "--no-deps"];

/** Names of the commands that get a `build_temp`; null: setuptools is told nothing. */
function commands(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  recipe: readonly (readonly string[])[] = [[...PIP, "-e", "."]],
  own: NodeJS.ProcessEnv = {},
  packages: readonly string[] = ["setuptools"],
): string[] | null {
  const top = scratch(t);
  for (const [path, text] of Object.entries(files)) put(join(top, path), text);
  const stateDir = join(top, ".git", "rebuild-if-needed");
  const ws: Workspace = {
    top,
    gitDir: join(top, ".git"),
    commonDir: join(top, ".git"),
    stateDir,
    slotsDir: stateDir,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rest of an extension plays no part
  const extension = { name: "core", recipe, packages } as unknown as Extension;
  const path = objectVariables(ws, extension, own)["DIST_EXTRA_CONFIG"];
  if (path === undefined) return null;
  assert.equal(existsSync(join(stateDir, "objects", "core")), false, "setuptools makes the folder");
  const text = readFileSync(path, "utf8");
  assert.equal(text.includes(`build_temp = ${join(stateDir, "objects", "core")}\n`), true);
  return [...text.matchAll(/^\[(\w+)\]$/gm)].map(([, name = ""]) => name);
}

const TORCH = "from torch.utils.cpp_extension import BuildExtension\n";

test("a plain project, a class of its own, and PyTorch's", (t) => {
  assert.deepEqual(commands(t, { "setup.py": "setup()" }), ["build_ext"]);
  assert.deepEqual(commands(t, { "pyproject.toml": "[project]" }), ["build_ext"]);
  const vllm = `class cmake_build_ext(build_ext):
    pass
class precompiled_build_ext(build_ext):
    pass
    cmdclass = {
        "build_ext": precompiled_build_ext if PRECOMPILED else cmake_build_ext
    }
setup(cmdclass=cmdclass)
# "path": "../vllm-0.11.2-cp38-abi3-manylinux1_x86_64.whl"
`;
  assert.deepEqual(commands(t, { "setup.py": vllm }), [
    "build_ext",
    "cmake_build_ext",
    "precompiled_build_ext",
  ]);
  const flash = `${TORCH}class CachedWheelsCommand(_bdist_wheel):
    pass
class NinjaBuildExtension(BuildExtension):
    pass
setup(cmdclass={"bdist_wheel": CachedWheelsCommand, "build_ext": NinjaBuildExtension})
`;
  assert.deepEqual(commands(t, { "setup.py": flash }), [
    "build_ext",
    "BuildExtension",
    "cls_with_options",
    "NinjaBuildExtension",
  ]);
  const options = `${TORCH}setup(cmdclass={"build_ext": BuildExtension.with_options(use_ninja=True)})`;
  assert.notEqual(commands(t, { "setup.py": options }), null);
});

test("a command that is not known to have the option", (t) => {
  for (const text of [
    'class CMakeBuild(Command):\n    pass\nsetup(cmdclass={"build_ext": CMakeBuild})',
    'from helpers import CMakeBuild\nsetup(cmdclass={"build_ext": CMakeBuild})',
    "from helpers import CMakeBuild\nsetup(cmdclass=dict(build_ext=CMakeBuild))",
    'from helpers import CMakeBuild\ncmdclass["build_ext"] = CMakeBuild',
    "class build_ext(Command):\n    pass\nsetup()",
  ])
    assert.equal(commands(t, { "setup.py": text }), null, text);
  assert.equal(
    commands(t, {
      "setup.py": "setup()",
      "pyproject.toml": "[tool.setuptools.cmdclass]\nbuild_ext = 'x.Y'\n",
    }),
    null,
  );
});

test("a project that has its objects elsewhere, or sources above its folder", (t) => {
  const setup = { "setup.py": "setup()" };
  assert.equal(commands(t, { ...setup, "setup.cfg": "[build_ext]\nbuild-temp = out\n" }), null);
  assert.equal(
    commands(t, { ...setup, "pyproject.toml": "[tool.distutils.build_ext]\nbuild_temp = 'out'\n" }),
    null,
  );
  for (const text of [
    'glob("../csrc/*.cpp")',
    "Extension('x', ['../csrc/x.cu'])",
    'join(here, "..", "csrc")',
  ])
    assert.equal(commands(t, { "setup.py": text }), null, text);
});

test("a recipe that may build more than one project, by something else, or elsewhere", (t) => {
  const files = { "setup.py": "setup()", "python/setup.py": "class B(build_ext): pass" };
  const told = (...recipe: string[][]): string[] | null => commands(t, files, recipe);
  assert.deepEqual(told([...PIP, "-e", "./python"]), ["build_ext", "B"]);
  assert.deepEqual(told([...PIP, "-e", "python[dev,test]"]), ["build_ext", "B"]);
  assert.deepEqual(told(["uv", "pip", "install", "--no-build-isolation", "--no-deps", "."]), ["build_ext"]);
  for (const recipe of [
    [[...PIP, "-e", ".", "-e", "./python"]],
    [["python", "-m", "pip", "install", "--no-deps", "-e", "."]],
    [["python", "-m", "pip", "install", "--no-build-isolation", "-e", "."]],
    [[...PIP, "-e", "/elsewhere"]],
    [[...PIP, "-e", "nothing-here"]],
    [["python", "setup.py", "build_ext", "--inplace"]],
    [
      ["make", "csrc"],
      [...PIP, "-e", "."],
    ],
  ])
    assert.equal(told(...recipe), null, JSON.stringify(recipe));
  assert.equal(commands(t, files, [[...PIP, "-e", "."]], { DIST_EXTRA_CONFIG: "mine.cfg" }), null);
  assert.equal(commands(t, files, [[...PIP, "-e", "."]], {}, ["meson-python"]), null);
});
