import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { setupPyPart } from "../../src/fingerprint/parts/setup-py.ts";

const SETUP = `#!/usr/bin/env python
"""Builds the package."""
import os
import re
from glob import glob

from setuptools import Extension, find_packages, setup

HERE = os.path.dirname(os.path.abspath(__file__))
AUTHOR = "A. Author"
extras = {"test": ["pytest"]}
extras["all"] = sum(extras.values(), [])


def read(*parts):
    """Text of a file."""
    with open(os.path.join(HERE, *parts), encoding="utf-8") as f:
        return f.read()


def find_version():
    found = re.search(r'__version__ = "(.*)"', read("pkg", "__init__.py"))
    if found is None:
        raise RuntimeError("no version")
    return found.group(1)


def requirements(name):
    wanted = []
    for line in read(name).splitlines():
        if not line.startswith("#"):
            wanted.append(line.strip())
    return wanted


with open("README.md") as fh:
    long_description = fh.read()


def flags():
    return ["-O3"] if os.name == "posix" else ["/O2"]


ext_modules = [
    Extension("pkg._core", sorted(glob("src/*.c")), extra_compile_args=flags()),
]

setup(
    name="pkg",
    version=find_version(),
    author=AUTHOR,
    description="one",
    long_description=long_description,
    install_requires=requirements("requirements.txt"),
    extras_require=extras,
    packages=find_packages(),
    ext_modules=ext_modules,
)
`;

/** What is put in the place of what; null: it is put at the end. */
type Change = readonly [what: string, from: string | null, to: string];

const SAME: readonly Change[] = [
  ["a comment", null, "# the end\n"],
  ["a blank line", "HERE = ", "\n\nHERE = "],
  ["a docstring", "Text of a file.", "The text of a file."],
  ["other quotes", `"pkg._core"`, `'pkg._core'`],
  [
    "a trailing comma",
    "packages=find_packages(),\n    ext_modules=ext_modules,\n",
    "packages=find_packages(),\n    ext_modules=ext_modules\n",
  ],
  [
    "brackets that say nothing",
    `["-O3"] if os.name == "posix" else ["/O2"]`,
    `(["-O3"] if (os.name == "posix") else ["/O2"])`,
  ],
  ["joined lines", `return ["-O3"] if`, `return \\\n        ["-O3"] if`],
  ["text in two pieces", `"src/*.c"`, `"src/" "*.c"`],
  ["a raw string of the same value", `"pkg._core"`, `r"pkg._core"`],
  ["another indentation", `    return ["-O3"]`, `  return ["-O3"]`],
  ["line ends of Windows", "import os\nimport re\n", "import os\r\nimport re\r\n"],
  ["the order of Python's own imports", "import os\nimport re\n", "import re\nimport os\n"],
  ["an import that nothing uses", "import re\n", "import re\nimport json\n"],
  ["the version", "version=find_version()", `version="2.0"`],
  ["how the version is found", "no version", "no version found"],
  ["the author", "A. Author", "B. Author"],
  ["a new packaging argument", "author=AUTHOR", `author=AUTHOR, license="MIT", python_requires=">=3.9"`],
  ["requirements at run time", "requirements.txt", "requirements/run.txt"],
  ["an extra", `["pytest"]`, `["pytest", "mypy"]`],
  ["how the requirements are read", `"#"`, `("#", "-")`],
  ["the description's file", "README.md", "README.rst"],
  ["a function that nothing calls", "def flags", "def unused():\n    os.remove('x')\n\n\ndef flags"],
  ["a message", "HERE = ", "print('building')\nHERE = "],
];

const OTHER: readonly Change[] = [
  ["a source", `"src/*.c"`, `"src/*.cpp"`],
  ["a flag in a function", `"-O3"`, `"-O2"`],
  ["the name of the extension", "pkg._core", "pkg._fast"],
  ["the name of the package", `name="pkg"`, `name="pkg2"`],
  ["a command", "packages=", "cmdclass={'build_ext': Build}, packages="],
  ["which packages are found", "find_packages()", `find_packages("src")`],
  ["setup_requires", "packages=", "setup_requires=['numpy<2'], packages="],
  ["an argument that is not known", "packages=", "cmake_args=['-DX=1'], packages="],
  ["a variable that the environment gets", "HERE = ", "os.environ['CFLAGS'] = '-g'\nHERE = "],
  ["a module with effects of its own", "import re\n", "import re\nimport monkeypatch\n"],
  ["a version that a flag takes", "args=flags()", "args=flags() + [find_version()]"],
  ["packaging that runs a program", `description="one"`, `description=os.popen("make").read()`],
  ["packaging that writes a file", "version=find_version()", `version=open("v.h", "w").write("1")`],
  ["an author that a flag takes", `["/O2"]`, `["/O2", AUTHOR]`],
  ["a comment that becomes code", "HERE = ", "DEBUG = os.system('x')  # HERE\nHERE = "],
  ["one element more in a tuple", 'sorted(glob("src/*.c"))', '(sorted(glob("src/*.c")),)'],
  ["code that runs exec", "HERE = ", "exec(os.environ.get('X', ''))\nHERE = "],
];

for (const [what, from, to] of SAME) {
  test(`${what}: the same part`, () => assert.equal(setupPyPart(changed(from, to)), setupPyPart(SETUP)));
}

for (const [what, from, to] of OTHER) {
  test(`${what}: another part`, () => {
    const part = setupPyPart(changed(from, to));
    assert.notEqual(part, null);
    assert.notEqual(part, setupPyPart(SETUP));
  });
}

test("what is used by packaging and by the build counts", () => {
  const used = changed("args=flags()", "args=flags() + [find_version()]");
  assert.notEqual(setupPyPart(used.replace('"__init__.py"', '"about.py"')), setupPyPart(used));
});

test("a list that the build holds too is not changed unseen", () => {
  const shared = (flag: string): string =>
    `from setuptools import setup, Extension\nflags = ["-O2"]\nnames = flags\nnames.append("${flag}")\n` +
    `setup(keywords=names, ext_modules=[Extension("a", ["a.c"], extra_compile_args=flags)])\n`;
  assert.notEqual(setupPyPart(shared("-g")), setupPyPart(shared("-g3")));
});

test("a function that packaging hands to another is run", () => {
  const mapped = (body: string): string =>
    `import os\nfrom setuptools import setup\ndef f(x):\n    ${body}\nsetup(keywords=list(map(f, ["a"])))\n`;
  assert.notEqual(setupPyPart(mapped("os.remove(x)")), setupPyPart(mapped("os.mkdir(x)")));
  assert.equal(setupPyPart(mapped("return x + 'b'")), setupPyPart(mapped("return x + 'c'")));
});

test("a setup that is not setuptools' own keeps all its arguments", () => {
  const own = (text: string): string => `def setup(**k):\n    print(k)\nsetup(description="${text}")\n`;
  assert.notEqual(setupPyPart(own("a")), setupPyPart(own("b")));
});

test("a build that asks for the version keeps it", () => {
  const asking = (version: string): string =>
    "from setuptools import setup\nfrom setuptools.command.build_ext import build_ext\nclass B(build_ext):\n" +
    "    def run(self):\n        self.define = [('V', self.distribution.metadata.version)]\n" +
    `setup(version="${version}", cmdclass={"build_ext": B})\n`;
  assert.notEqual(setupPyPart(asking("1")), setupPyPart(asking("2")));
});

test("docstrings count where they are read", () => {
  const read = (text: string): string => `"""${text}"""\nfrom setuptools import setup\nsetup(name=__doc__)\n`;
  assert.notEqual(setupPyPart(read("a")), setupPyPart(read("b")));
});

for (const text of [
  "print 'x'\n",
  "setup(\n",
  "x = 'a\n",
  "# coding: latin-1\nx = 1\n",
  "match x:\n    case 1: pass\n",
  "  x = 1\n y = 2\n",
]) {
  test(`${JSON.stringify(text)} is not read`, () => assert.equal(setupPyPart(text), null));
}

const KEYWORDS = [
  "author",
  "description",
  "license",
  "url",
  "keywords",
  "platforms",
  "zip_safe",
  "classifiers",
];
const packaging = fc.dictionary(
  fc.constantFrom(...KEYWORDS),
  fc.constantFrom("'a'", "['b', 'c']", "AUTHOR", "extras", "find_version()", "True"),
  { noNullPrototype: true },
);

test("law: packaging arguments, their order, comments and blank lines never change the part", () => {
  const base = setupPyPart(SETUP);
  fc.assert(
    fc.property(packaging, fc.nat(), fc.stringMatching(/^[ -~]{0,20}$/), (args, seed, comment) => {
      const lines = Object.entries(args)
        .sort(([a], [b]) => ((a.length * 31 + seed) % 7) - ((b.length * 31 + seed) % 7))
        .map(([name, value]) => `    ${name}=${value},  #${comment}\n`);
      const bare = SETUP.replace(/ {4}(?:author|description)=.*\n/g, "");
      const text = bare.replace("setup(\n", () => `setup(\n\n    # ${comment}\n${lines.join("")}`);
      assert.equal(setupPyPart(text), base);
    }),
  );
});

test("law: another text in what the build uses is another part", () => {
  const base = setupPyPart(SETUP);
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z0-9_./-]{1,12}$/),
      fc.constantFrom(`"-O3"`, `"src/*.c"`, `"pkg._core"`),
      (text, place) => {
        fc.pre(`"${text}"` !== place);
        assert.notEqual(setupPyPart(SETUP.replace(place, () => `"${text}"`)), base);
      },
    ),
  );
});

function changed(from: string | null, to: string): string {
  const text = from === null ? SETUP + to : SETUP.replace(from, () => to);
  assert.notEqual(text, SETUP);
  return text;
}

/** A setup.py whose arguments lie in a dictionary. */
function packed(version: string, between = "", setup = "from setuptools import setup"): string {
  return (
    `${setup}\narguments = {"name": "pkg", "version": "${version}", "classifiers": ["${version}"], "packages": ["pkg"]}\n` +
    `arguments["description"] = "${version}"\n${between}\n\ndef run():\n    setup(**arguments)\n\nrun()\n`
  );
}

test("packaging arguments that lie in a dictionary: the same part", () => {
  assert.equal(setupPyPart(packed("1.0")), setupPyPart(packed("1.1")));
  const wrapper = "from scikit_build_core.setuptools.wrapper import setup";
  assert.equal(setupPyPart(packed("1.0", "", wrapper)), setupPyPart(packed("1.1", "", wrapper)));
  const switched = "import os\nif os.environ.get('X'):\n    arguments['cmake_source_dir'] = '.'";
  assert.equal(setupPyPart(packed("1.0", switched)), setupPyPart(packed("1.1", switched)));
});

for (const [what, between] of [
  ["reads one", "import os\nos.environ['V'] = arguments['version']"],
  ["hands it on", "check(arguments)"],
  ["adds to one", "arguments['version'] += '.dev0'"],
  ["changes it by a method", "arguments.update(other)"],
  ["gives it another name", "same = arguments"],
  ["goes through its keys", "for key in arguments:\n    check(key)"],
] as const) {
  test(`a dictionary of arguments: one that ${what} keeps what it holds`, () => {
    assert.notEqual(setupPyPart(packed("1.0", between)), setupPyPart(packed("1.1", between)));
  });
}

test("a dictionary of arguments: what can reach the build counts", () => {
  assert.notEqual(setupPyPart(packed("1.0")), setupPyPart(packed("1.0").replace('["pkg"]', '["pkg2"]')));
  assert.notEqual(setupPyPart(packed("1.0")), setupPyPart(packed("1.0", "arguments['cmake_args'] = ['-G']")));
});
