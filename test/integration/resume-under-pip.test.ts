/** pip has setuptools build in a temporary directory; a build by us that stopped half-way goes on all the same. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { mustRun } from "../helpers/driven-project.ts";
import { cpythonModule } from "../helpers/projects.ts";
import { createSandbox } from "../helpers/sandbox.ts";
import { venvCopy } from "../helpers/venv-copy.ts";

const PYPROJECT = `[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "tiny"
version = "0.1"
`;

/** Compiles as PyTorch's BuildExtension does: by a ninja in the temporary directory, with the sources in their places. */
const SETUP = `import os, subprocess, sysconfig
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

SOURCES = ["csrc/core.cpp", "csrc/one.cpp", "csrc/two.cpp", "csrc/three.cpp"]

class ByNinja(build_ext):
    def build_extension(self, ext):
        os.makedirs(self.build_temp, exist_ok=True)
        root, include = os.path.abspath("."), sysconfig.get_paths()["include"]
        lines = ["rule cc", f"  command = sh {root}/compile.sh $in $out -fPIC -I{include} -MD -MF $out.d", "  depfile = $out.d", "  deps = gcc"]
        objects = [os.path.basename(s) + ".o" for s in SOURCES]
        lines += [f"build {o}: cc {root}/{s}" + (f" || {objects[at - 1]}" if at else "") for at, (o, s) in enumerate(zip(objects, SOURCES))]
        with open(os.path.join(self.build_temp, "build.ninja"), "w") as manifest:
            manifest.write("\\n".join(lines) + "\\n")
        subprocess.check_call(["ninja", "-v"], cwd=self.build_temp)
        target = self.get_ext_fullpath(ext.name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        subprocess.check_call(["g++", "-shared", "-o", target, *(os.path.join(self.build_temp, o) for o in objects)])

setup(packages=["tiny"], ext_modules=[Extension("tiny._C", SOURCES)], cmdclass={"build_ext": ByNinja})
`;

/** Notes what it compiles, and fails for as long as a file says that it shall. */
const COMPILE = `set -e
in=$1 out=$2; shift 2
basename "$in" >> "$DRIVE/compiled"
test "$(cat "$DRIVE/stop" 2>/dev/null)" != "$(basename "$in")"
exec g++ -c "$in" -o "$out" "$@"
`;

test("a build by pip that stopped half-way goes on where it was, and leaves no objects when it is good", async (t) => {
  const outer = createSandbox(t);
  const top = await outer.repository("project");
  const { activated } = await venvCopy(outer, join(top, ".venv"), ["setuptools>=80"]);
  const box = outer.with({ ...activated, DRIVE: outer.path("drive") });
  const files = {
    ".gitignore": "*.so\n__pycache__/\n*.egg-info/\n/build/\n/.venv/\n",
    "pyproject.toml": PYPROJECT,
    "setup.py": SETUP,
    "compile.sh": COMPILE,
    "tiny/__init__.py": "",
    "csrc/core.cpp": cpythonModule("_C", { add: "a + b" }),
    "csrc/one.cpp": '#include "all.h"\nint one() { return VALUE; }\n',
    "csrc/two.cpp": '#include "all.h"\nint two() { return VALUE; }\n',
    "csrc/three.cpp": "int three() { return 3; }\n",
    "csrc/all.h": "#define VALUE 1\n",
  };
  for (const [path, text] of Object.entries(files)) box.write(join(top, path), text);
  box.write("drive/compiled", "");
  await box.commit(top, "first");
  const compiled = (): string[] => {
    const names = box.read("drive/compiled").split("\n").filter(Boolean);
    box.write("drive/compiled", "");
    return names;
  };
  const objects = join(top, ".git/rebuild-if-needed/objects/tiny");
  const ALL = ["core.cpp", "one.cpp", "two.cpp", "three.cpp"];

  await mustRun(box, top, "init", "--yes");
  const first = await box.cli(top);
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual(compiled(), ALL);
  assert.equal(existsSync(objects), false);

  await t.test("after a failure", async () => {
    box.write(join(top, "csrc/all.h"), "#define VALUE 2\n");
    box.write("drive/stop", "two.cpp");
    const failed = await box.cli(top);
    assert.equal(failed.code, 1, failed.stderr);
    assert.match(
      failed.stderr,
      /E201 build failed [^\n]*Your previous build is untouched\. 2 finished steps are kept: the next build of this source goes on there\./,
    );
    assert.match(failed.stderr, /\n {2}FAILED: two\.cpp\.o\n/);
    assert.doesNotMatch(failed.stderr, /running egg_info|writing |finished with status/, "pip's chatter");
    assert.deepEqual(compiled(), ALL.slice(0, 3));
    assert.equal(existsSync(objects), false, "they lie in the stage");
    rmSync(box.path("drive/stop"));
    const again = await box.cli(top);
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stderr, /resuming at 2\/4/);
    assert.deepEqual(compiled(), ["two.cpp", "three.cpp"]);
    assert.equal(existsSync(objects), false);
    assert.deepEqual(readdirSync(join(top, ".git/rebuild-if-needed/stage")), []);
    assert.equal((await box.cli(top, "check")).code, 0);
  });

  await t.test("a rung that fails is nothing to go on with for the next one", async () => {
    box.write(join(top, "rebuild-if-needed.toml"), 'strategy = "ladder"\n');
    await mustRun(box, top, "--force");
    box.write(join(top, "build/notes.txt"), "mine");
    box.write(join(top, "csrc/all.h"), "#define VALUE 3\n");
    box.write("drive/stop", "two.cpp");
    compiled();
    const failed = await box.cli(top);
    assert.equal(failed.code, 1, failed.stderr);
    assert.match(failed.stderr, /going up a rung/);
    assert.doesNotMatch(failed.stderr, /resuming/);
    const tries = failed.stderr.split("- doctor").length - 1;
    assert.ok(tries > 1);
    assert.deepEqual(compiled(), Array.from({ length: tries }, () => ALL.slice(0, 3)).flat());
    assert.equal(existsSync(join(top, ".git/rebuild-if-needed/journal.json")), false);
    assert.equal(box.read(join(top, "build/notes.txt")), "mine");
    rmSync(box.path("drive/stop"));
    await mustRun(box, top);
    assert.equal(box.read(join(top, "build/notes.txt")), "mine");
    rmSync(join(top, "rebuild-if-needed.toml"));
  });

  await t.test(
    "not where setup.cfg has its objects elsewhere, and not in somebody's own configuration",
    async () => {
      box.write(join(top, "setup.cfg"), "[ByNinja]\nbuild_temp = build/mine\n");
      await mustRun(box, top, "--force");
      assert.equal(existsSync(join(top, "build/mine/core.cpp.o")), true);
      rmSync(join(top, "setup.cfg"));
      box.write("own.cfg", `[ByNinja]\nbuild_temp = ${box.path("own")}\n`);
      await mustRun(box.with({ DIST_EXTRA_CONFIG: box.path("own.cfg") }), top, "--force");
      assert.equal(existsSync(box.path("own/core.cpp.o")), true);
    },
  );
});
