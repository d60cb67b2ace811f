import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { partId, partReader } from "../../src/fingerprint/parts/parts.ts";

type Case = readonly [what: string, from: string, to: string, matters: boolean];

const BUILD_PINS = `# to build
torch==2.9.0 ; python_version < "3.14"
numpy>=1.26,<3
wheel
-r common.txt
--extra-index-url https://download.pytorch.org/whl/cu128
`;

const BUILD_CASES: readonly Case[] = [
  ["a comment", "# to build", "# for building", false],
  ["a comment behind a pin", "wheel\n", "wheel  # why\n", false],
  ["the order", "numpy>=1.26,<3\nwheel\n", "wheel\nnumpy>=1.26,<3\n", false],
  ["spacing and the order of a range", "numpy>=1.26,<3", "NumPy <3, >= 1.26", false],
  ["a hash", "numpy>=1.26,<3", "numpy>=1.26,<3 --hash=sha256:aa --hash=sha256:bb", false],
  ["a joined line with a hash", "numpy>=1.26,<3", "numpy>=1.26,<3 \\\n    --hash=sha256:aa", false],
  ["quotes of a marker", `"3.14"`, `'3.14'`, false],
  ["a package that makes metadata", "wheel\n", "wheel>=0.40\nsetuptools-scm>=8\n", false],
  ["a pin", "torch==2.9.0", "torch==2.9.1", true],
  ["a marker", "3.14", "3.15", true],
  ["an extra", "numpy>=", "numpy[x]>=", true],
  ["what it includes", "-r common.txt", "-r other.txt", true],
  ["the index", "cu128", "cu130", true],
  ["a package more", "wheel\n", "wheel\nninja\n", true],
  ["a package less", "numpy>=1.26,<3\n", "", true],
  ["a package from a repository", "wheel\n", "foo @ git+https://example.org/foo@v1\n", true],
];

const CFG = `[metadata]
name = demo
version = 1

[options]
packages = find:
package_dir =
    = src
install_requires =
    numpy
setup_requires = cython

[build_ext]
inplace = 1

[flake8]
max-line-length = 100

[mine]
with-cuda = yes
`;

const CFG_CASES: readonly Case[] = [
  ["the version", "version = 1", "version = 2", false],
  ["a requirement at run time", "    numpy", "    numpy\n    scipy", false],
  ["a linter", "max-line-length = 100", "max-line-length = 110", false],
  ["a new tool's section", "[mine]", "[tool:pytest]\naddopts = -q\n\n[mine]", false],
  ["a comment", "[mine]", "# why\n[mine]", false],
  ["spacing", "inplace = 1", "inplace=1", false],
  [
    "the order of sections",
    "[flake8]\nmax-line-length = 100\n\n[mine]\nwith-cuda = yes\n",
    "[mine]\nwith-cuda = yes\n[flake8]\nmax-line-length = 100\n",
    false,
  ],
  ["build_ext", "inplace = 1", "inplace = 1\ndefine = X", true],
  ["where packages lie", "    = src", "    = lib", true],
  ["what it is built with", "cython", "cython<3", true],
  ["a section that a setup.py may read", "with-cuda = yes", "with-cuda = no", true],
];

const TABLES = ["build-system", "tool.scikit-build", "tool.setuptools", "tool.meson-python"];
const PYPROJECT = `[build-system]
requires = ["setuptools>=70", "wheel", "torch==2.9.0"]
build-backend = "setuptools.build_meta"

[tool.scikit-build]
cmake.args = ["-DA=1"]
sdist.exclude = ["docs"]
wheel.packages = ["src/demo"]

[tool.setuptools]
packages = ["demo"]
license-files = ["LICENSE"]
[tool.setuptools.package-data]
demo = ["*.json", "*.so"]
[tool.setuptools.dynamic]
version = { attr = "demo.version" }

[tool.meson-python.args]
setup = ["-Da=1"]
dist = ["--include-subprojects"]
`;

const PYPROJECT_CASES: readonly Case[] = [
  [
    "the order of requirements",
    `["setuptools>=70", "wheel", "torch==2.9.0"]`,
    `["torch == 2.9.0", "wheel", "setuptools >=70"]`,
    false,
  ],
  ["a requirement that makes metadata", `"wheel", `, `"wheel>=0.40", "setuptools-scm", `, false],
  ["what the sdist holds", `["docs"]`, `["docs", "tests"]`, false],
  ["how the version is found", "demo.version", "demo.about", false],
  ["license files", `["LICENSE"]`, `["LICENSE*"]`, false],
  ["data files", `"*.json", `, `"*.json", "*.txt", `, false],
  ["arguments for meson dist", "--include-subprojects", "--no-tests", false],
  ["a build requirement", "torch==2.9.0", "torch==2.9.1", true],
  ["the backend", "setuptools.build_meta", "backend", true],
  ["a folder of backends", "[tool.scikit-build]", `backend-path = ["."]\n[tool.scikit-build]`, true],
  ["libraries among the data", `"*.so"`, `"lib/*.so"`, true],
  ["packages", `["demo"]`, `["demo", "demo.sub"]`, true],
  ["where the wheel's packages lie", "src/demo", "lib/demo", true],
  ["arguments for meson setup", "-Da=1", "-Da=2", true],
];

const GROUPS = [
  ["requirements/build.txt", BUILD_PINS, BUILD_CASES],
  ["setup.cfg", CFG, CFG_CASES],
  ["pyproject.toml", PYPROJECT, PYPROJECT_CASES],
] as const;

for (const [path, text, cases] of GROUPS) {
  for (const [what, from, to, matters] of cases) {
    test(`${path}: ${what} ${matters ? "matters" : "does not matter"}`, async () => {
      const changed = text.replace(from, () => to);
      assert.notEqual(changed, text);
      const ids = await Promise.all([partId(path, text, TABLES), partId(path, changed, TABLES)]);
      assert.match(ids[0] ?? "", /^part:[0-9a-f]{64}$/);
      assert.equal(ids[0] !== ids[1], matters);
    });
  }
}

test("a list of what is needed at run time counts by what a build takes", async () => {
  const id = (text: string): Promise<string | null> => partId("requirements.txt", text, []);
  const base = await id("torch==2.9\nrequests==2\n");
  assert.equal(await id("torch==2.9\nrequests==3\nfastapi\n"), base);
  assert.notEqual(await id("torch==2.10\nrequests==2\n"), base);
  assert.notEqual(await id("torch==2.9\nrequests==2\nnumpy<2\n"), base);
});

test("a setup.cfg that configparser would refuse counts whole", async () => {
  for (const text of ["a = 1\n", "[a]\nx = 1\nx = 2\n", "[a]\n[a]\n", "[a]\nnonsense\n"]) {
    assert.equal(await partId("setup.cfg", text, []), null);
  }
});

test("which files count by part", () => {
  const by = [
    "pyproject.toml",
    "a/pyproject.toml",
    "setup.py",
    "python/setup.py",
    "setup.cfg",
    "requirements.txt",
    "requirements/cuda.txt",
    "requirements-build.in",
    "dev-requirements.txt",
  ];
  const whole = ["CMakeLists.txt", "csrc/setup_helper.py", "docs/requirements.md", "meson.build"];
  for (const path of by) assert.notEqual(partReader(path), null, path);
  for (const path of whole) assert.equal(partReader(path), null, path);
});

const pin = fc.tuple(
  fc.constantFrom("torch", "numpy", "ninja", "cmake"),
  fc.constantFrom("", "==1", ">=2,<3"),
);

test("law: order, duplicates, blank lines and comments never change a list of pins", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(pin, { minLength: 1, maxLength: 6 }),
      fc.nat(),
      fc.stringMatching(/^[ -~]{0,9}$/),
      async (pins, seed, comment) => {
        const lines = pins.map(([name, range]) => name + range);
        const turned = [
          ...lines.slice(seed % lines.length),
          ...lines.slice(0, seed % lines.length),
          lines[0] ?? "",
        ];
        const text = turned.map((line) => `${line} # ${comment}\n\n`).join("");
        const ids = await Promise.all([
          partId("requirements/build.txt", lines.join("\n"), []),
          partId("requirements/build.txt", text, []),
        ]);
        assert.equal(ids[0], ids[1]);
      },
    ),
  );
});
