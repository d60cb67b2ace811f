import assert from "node:assert/strict";
import test from "node:test";
import { compileGlobs } from "../../src/config/globs.ts";
import { readSetupPy } from "../../src/closure/setup-py.ts";

/** A script, paths that its sources must name and paths that they must not. */
type Case = readonly [what: string, text: string, named: readonly string[], others: readonly string[]];

const IMPORTS =
  "import os, glob, sys, subprocess\nfrom pathlib import Path\nfrom setuptools import setup, Extension\n";

const CASES: readonly Case[] = [
  [
    "literal sources",
    `Extension("a", ["src/a.c", "./src/b.cpp"], depends=["src/a.h"])`,
    ["src/a.c", "src/b.cpp", "src/a.h"],
    ["src/c.c", "a.c"],
  ],
  [
    "a joined path",
    `D = os.path.join("src", "x")\nExtension("a", [os.path.join(D, "a.c")])`,
    ["src/x/a.c"],
    ["a.c", "src/a.c"],
  ],
  [
    "the script's own folder",
    `HERE = os.path.dirname(os.path.abspath(__file__))\nExtension("a", [HERE + "/src/a.c", f"{HERE}/b.c"])`,
    ["src/a.c", "b.c"],
    ["src/b.c"],
  ],
  [
    "pathlib",
    `R = Path(__file__).resolve().parent / "src"\nExtension("a", [str(p) for p in R.rglob("*.cu")])`,
    ["src/a.cu", "src/x/y/a.cu"],
    ["a.cu", "test/a.cu"],
  ],
  [
    "a glob",
    `Extension("a", sorted(glob.glob("src/**/*.cpp", recursive=True)))`,
    ["src/a.cpp", "src/x/a.cpp"],
    ["test/a.cpp"],
  ],
  [
    "a pattern of names",
    `Extension("a", ["k/%s.cu" % n for n in names])`,
    ["k/a.cu", "k/sub/a.cu"],
    ["l/a.cu", "k/a.cpp"],
  ],
  [
    "names from a list",
    `Extension("a", [os.path.join("k", n + ".cu") for n in ["one", "two"]])`,
    ["k/one.cu", "k/two.cu"],
    ["k/three.cu"],
  ],
  [
    "a list that grows",
    `s = []\ns += ["a.c"]\ns.append("b.c")\ns.extend(glob.glob("x/*.c"))\nExtension("a", s)`,
    ["a.c", "b.c", "x/y.c"],
    ["x/y/z.c"],
  ],
  [
    "arguments of a function",
    `def ext(name, *files):\n    return Extension(name, [os.path.join("src", f) for f in files])\next("a", "a.c", "b.c")`,
    ["src/a.c", "src/b.c"],
    ["src/c.c"],
  ],
  [
    "a default of a variable",
    `D = os.environ.get("D", "src")\nExtension("a", [D + "/a.c"])`,
    ["src/a.c"],
    ["b/a.c"],
  ],
  [
    "Cython",
    `from Cython.Build import cythonize\nsetup(ext_modules=cythonize("pkg/*.pyx"))`,
    ["pkg/a.pyx"],
    ["a.pyx"],
  ],
  [
    "another suffix",
    `Extension("a", [f.replace(".cpp", ".cu") for f in glob.glob("src/*.cpp")])`,
    ["src/a.cpp", "src/a.cu"],
    ["a.cu"],
  ],
  [
    "split text",
    `Extension("a", ["src/" + n for n in "a.c b.c".split()])`,
    ["src/a.c", "src/b.c"],
    ["src/d.c"],
  ],
  [
    "walking with a suffix",
    `s = []\nfor d, _, fs in os.walk("src"):\n    s += [os.path.join(d, f) for f in fs if f.endswith((".c", ".cc"))]\nExtension("a", s)`,
    ["src/a.c", "src/x/b.cc"],
    ["src/a.py", "test/a.c"],
  ],
  [
    "what Cython and templates make sources from",
    `Extension("a", ["src/a.cpp"])`,
    ["src/a.cpp", "src/a.pyx", "src/a.cpp.in", "src/a.pyx.in"],
    ["src/b.pyx"],
  ],
  [
    "a version that is executed for the metadata",
    `about = {}\nwith open("pkg/__about__.py") as f:\n    exec(f.read(), about)\nsetup(name=about["title"], version=about["version"], ext_modules=[Extension("a", ["a.c"])])`,
    ["a.c"],
    ["pkg/__about__.py"],
  ],
  [
    "a version that is executed for a macro",
    `about = {}\nexec(open("pkg/__about__.py").read(), about)\nsetup(ext_modules=[Extension("a", ["a.c"], define_macros=[("V", about["version"])])])`,
    ["a.c", "pkg/__about__.py"],
    [],
  ],
  [
    "a version file that fills the script, for the metadata",
    `exec(open("pkg/_version.py").read())\nversion_str = ".".join(version[:3])\nif len(version) > 3:\n    version_str += version[3]\nsetup(version=version_str, ext_modules=[Extension("a", ["a.c"])])`,
    ["a.c"],
    ["pkg/_version.py"],
  ],
  [
    "a version file that fills the script, and a macro",
    `exec(open("pkg/_version.py").read())\nsetup(ext_modules=[Extension("a", ["a.c"], define_macros=[("V", version)])])`,
    ["a.c", "pkg/_version.py"],
    [],
  ],
  ["a template", `open("src/config.h.in").read()\nsetup(ext_modules=[])`, ["src/config.h.in"], []],
  [
    "a VERSION file that a macro takes",
    `v = open("VERSION").read()\nsetup(version=v, ext_modules=[Extension("a", ["a.c"], define_macros=[("V", v)])])`,
    ["VERSION", "a.c"],
    [],
  ],
  [
    "a VERSION file for the metadata",
    `setup(version=open("VERSION").read(), long_description=open("README.txt").read(), ext_modules=[Extension("a", ["a.c"])])`,
    ["a.c"],
    ["VERSION", "README.txt"],
  ],
  [
    "what is installed beside",
    `setup(package_data={"a": ["include/*.h"]}, data_files=[("x", ["x.h"])], ext_modules=[Extension("a", ["a.c"])])`,
    ["a.c"],
    ["include/a.h", "x.h"],
  ],
];

for (const [what, text, named, others] of CASES) {
  test(`sources: ${what}`, () => {
    const facts = readSetupPy(`${IMPORTS}${text}\n`, "setup.py");
    assert.equal(facts.open, null);
    const isNamed = compileGlobs(facts.sources);
    for (const path of named) assert.ok(isNamed(path), `${path} is not in ${facts.sources.join(" ")}`);
    for (const path of others) assert.ok(!isNamed(path), `${path} is in ${facts.sources.join(" ")}`);
  });
}

const READS: readonly Case[] = [
  [
    "a module beside it",
    "from build_helper import flags\n",
    ["build_helper.py", "build_helper/__init__.py"],
    ["flags.py"],
  ],
  [
    "a module of a package",
    "from tools.gen import make\n",
    ["tools/__init__.py", "tools/gen.py"],
    ["gen.py"],
  ],
  [
    "a folder on sys.path",
    `sys.path.insert(0, os.path.join(os.path.dirname(__file__), "ci"))\nimport helper\n`,
    ["ci/helper.py"],
    [],
  ],
  [
    "a script that is run",
    `subprocess.check_call([sys.executable, "tools/gen.py", "-o", "x.c"])\n`,
    ["tools/gen.py"],
    ["x.c"],
  ],
  ["code that is executed", `exec(open("build_settings.py").read())\n`, ["build_settings.py"], []],
  [
    "a module loaded by its path",
    `def load(name, path):\n    import importlib.util\n    return importlib.util.spec_from_file_location(name, path)\nload("envs", os.path.join(os.path.dirname(__file__), "pkg", "envs.py"))\n`,
    ["pkg/envs.py"],
    [],
  ],
  [
    "the version alone",
    "from pkg import __version__\nfrom pkg.version import v\nsetup(version=__version__)\n",
    [],
    ["pkg/__init__.py", "pkg/version.py"],
  ],
  [
    "a version that is used",
    "from pkg._version import version\nsetup(ext_modules=[Extension('a', ['a.c'], define_macros=[('V', version)])])\n",
    ["pkg/_version.py"],
    [],
  ],
  ["Python's own modules", "import json\n", [], ["json.py"]],
  ["a cffi module", `setup(**{"cffi_modules": ["src/build_ffi.py:ffi"]})\n`, ["src/build_ffi.py"], []],
  [
    "CMake in a folder",
    `subprocess.check_call(["cmake", "-S", "native/core"])\n`,
    ["native/core/CMakeLists.txt", "CMakeLists.txt"],
    ["native/CMakeLists.txt"],
  ],
];

for (const [what, text, named, others] of READS) {
  test(`reads: ${what}`, () => {
    const facts = readSetupPy(IMPORTS + text, "setup.py");
    const isNamed = compileGlobs(facts.reads);
    for (const path of named) assert.ok(isNamed(path), `${path} is not in ${facts.reads.join(" ")}`);
    for (const path of others) assert.ok(!isNamed(path), `${path} is in ${facts.reads.join(" ")}`);
  });
}

const OPEN: readonly (readonly [what: string, text: string])[] = [
  ["os.listdir without a suffix", `Extension("a", ["src/" + f for f in os.listdir("src")])`],
  ["a list from a file", `import json\nExtension("a", json.load(open("sources.json")))`],
  ["a list from elsewhere", `from other import SOURCES\nExtension("a", sources=SOURCES)`],
  ["no Python", "print 'x'"],
];

for (const [what, text] of OPEN) {
  test(`open: ${what}`, () => {
    assert.match(readSetupPy(`${IMPORTS}${text}\n`, "setup.py").open ?? "", /^setup\.py/);
  });
}

test("paths start from the script's folder, and for a helper from those above it too", () => {
  const text = 'from setuptools import Extension\nExtension("a", ["src/a.c", "../common/b.c"])\n';
  assert.deepEqual(readSetupPy(text, "python/setup.py").sources, [
    "common/b.c",
    "common/b.c.in",
    "common/b.pyx",
    "common/b.pyx.in",
    "python/src/a.c",
    "python/src/a.c.in",
    "python/src/a.pyx",
    "python/src/a.pyx.in",
  ]);
  const helper = readSetupPy(text, "tools/build.py").sources.filter((glob) => glob.endsWith(".c"));
  assert.deepEqual(helper, ["common/b.c", "src/a.c", "tools/src/a.c"]);
});

test("a file made of brackets ends in an answer", () => {
  assert.match(
    readSetupPy(`x = ${"[".repeat(50_000)}${"]".repeat(50_000)}\n`, "setup.py").open ?? "",
    /cannot be read/,
  );
  assert.doesNotThrow(() => readSetupPy(`x = ${"'a' + ".repeat(50_000)}'b'\n`, "setup.py"));
});
