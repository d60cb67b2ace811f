import assert from "node:assert/strict";
import test from "node:test";
import { compileGlobs } from "../../src/config/globs.ts";
import { readMeson } from "../../src/closure/meson.ts";

type Case = readonly [what: string, text: string, named: readonly string[], others: readonly string[]];

const CASES: readonly Case[] = [
  [
    "an extension module",
    `py.extension_module('_core', ['a.cpp', 'b.c'], include_directories: inc, install: true)`,
    ["src/a.cpp", "src/b.c"],
    ["a.cpp", "src/_core"],
  ],
  [
    "a list of its own",
    `sources = files('a.cpp')\nsources += ['sub/b.cpp']\nlibrary('x', sources)`,
    ["src/a.cpp", "src/sub/b.cpp"],
    ["src/b.cpp"],
  ],
  ["a list for another file", `core_sources = ['a.cpp', 'a.h']`, ["src/a.cpp", "src/a.h"], []],
  [
    "both branches",
    `if cond\n  s = ['a.c']\nelse\n  s = ['b.c']\nendif\nstatic_library('x', s)`,
    ["src/a.c", "src/b.c"],
    [],
  ],
  [
    "a loop",
    `foreach n : ['one', 'two']\n  shared_module(n, n + '.c')\nendforeach`,
    ["src/one.c", "src/two.c"],
    ["src/three.c"],
  ],
  [
    "a loop over a dictionary",
    `foreach n, f : {'m': ['m1.pyx', 'm2.c']}\n  py.extension_module(n, f)\nendforeach`,
    ["src/m1.pyx", "src/m2.c"],
    [],
  ],
  [
    "formatted names",
    `foreach n : names\n  py.extension_module(n, 'k/@0@.cu'.format(n), f'l/@n@.c')\nendforeach`,
    ["src/k/a.cu", "src/l/b.c"],
    ["src/a.cu"],
  ],
  [
    "a generator",
    `gen = find_program('tools/gen.py')\ncustom_target('g', input: 'a.c.in', output: 'a.c', command: [gen, '@INPUT@', '@OUTPUT@'])`,
    ["src/tools/gen.py", "src/a.c.in"],
    ["src/g"],
  ],
  [
    "a package's files that are only copied or installed",
    `m = files('a.py', 'b.h')\npy.install_sources(m)\ninit = fs.copyfile('__init__.py')\nfs.copyfile('c.pxd')`,
    ["src/b.h", "src/c.pxd"],
    ["src/a.py", "src/__init__.py"],
  ],
  ["a script that another file may run", `tool = files('tool.py')`, ["src/tool.py"], []],
  [
    "a template",
    `configure_file(input: 'config.h.in', output: 'config.h', configuration: c)`,
    ["src/config.h.in"],
    [],
  ],
  [
    "a script that runs at setup",
    `run_command('python', files('version.py'), check: true)`,
    ["src/version.py"],
    [],
  ],
  ["a file that is read", `v = fs.read('VERSION.txt')`, ["src/VERSION.txt"], []],
  [
    "paths put together",
    `d = 'a' / 'b'\nlibrary('x', d / 'c.cpp', join_paths(meson.current_source_dir(), 'e.cpp'))`,
    ["src/a/b/c.cpp", "src/e.cpp"],
    ["src/c.cpp"],
  ],
  [
    "what is only installed",
    `py.install_sources(['__init__.py', 'a.h'])\ninstall_headers('b.h')\ninstall_data('c.h')`,
    [],
    ["src/__init__.py", "src/a.h", "src/b.h", "src/c.h"],
  ],
  [
    "a list that is only installed",
    `hs = ['a.h']\ninstall_headers(hs)\nps = ['x.py']\npy.install_sources(ps)`,
    [],
    ["src/a.h", "src/x.py"],
  ],
  [
    "tests",
    `test('t', exe, args: ['data.c'])\nbenchmark('b', exe, args: files('b.c'))`,
    [],
    ["src/data.c", "src/b.c"],
  ],
  [
    "a comment and a text of three quotes",
    `# library('x', 'no.c')\nm = '''\nno.c'''\nlibrary('x', 'yes.c')`,
    ["src/yes.c"],
    ["src/no.c"],
  ],
];

for (const [what, text, named, others] of CASES) {
  test(`sources: ${what}`, () => {
    const facts = readMeson(`${text}\n`, "src/meson.build");
    assert.equal(facts.open, null);
    const isNamed = compileGlobs(facts.sources);
    for (const path of named) assert.ok(isNamed(path), `${path} is not in ${facts.sources.join(" ")}`);
    for (const path of others) assert.ok(!isNamed(path), `${path} is in ${facts.sources.join(" ")}`);
  });
}

test("other build files: subdir and subproject", () => {
  const { reads, sources } = readMeson(
    "project('x', 'c')\nsubdir('lib')\nforeach d : ['a', 'b']\nsubdir('m' / d)\nendforeach\nsubproject('zlib')\n",
    "meson.build",
  );
  assert.deepEqual(reads, [
    "lib/meson.build",
    "m/a/meson.build",
    "m/b/meson.build",
    "subprojects/zlib/meson.build",
  ]);
  assert.deepEqual(sources, [
    "meson.options",
    "meson_options.txt",
    "subprojects/*.wrap",
    "subprojects/packagefiles/**",
  ]);
});

test("sources that a program names are open", () => {
  const text = "s = run_command('find', '.').stdout().split()\nlibrary('x', s)\n";
  assert.match(readMeson(text, "meson.build").open ?? "", /^meson\.build: /);
});

test("what is no Meson is open", () => {
  for (const text of ["library('x'\n", "x = $y\n", `x = ${"[".repeat(50_000)}`]) {
    assert.equal(readMeson(text, "meson.build").open, "meson.build cannot be read");
  }
});
