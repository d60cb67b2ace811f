import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import {
  childEnvironment,
  recordedEnvironment,
  recordOf,
  typedEnvironment,
} from "../../src/fingerprint/environment.ts";
import { findInterpreter } from "../../src/fingerprint/interpreter.ts";
import { findProgram, searchPath, untrackedOnly } from "../../src/fingerprint/search-path.ts";
import type { EnvironmentOfRecord, Interpreter } from "../../src/model.ts";

const VENV: Interpreter = {
  path: "/tree/.venv/bin/python",
  version: "3.11.7",
  soabi: "cpython-311",
  extSuffix: ".so",
  prefix: "/tree/.venv",
  basePrefix: "/usr",
  sitePackages: [],
  includeDir: "/usr/include",
  identityFiles: [],
};
const SYSTEM: Interpreter = { ...VENV, path: "/usr/bin/python3", prefix: "/usr" };

function record(interpreter: Interpreter | null, path: readonly string[]): EnvironmentOfRecord {
  return { version: 1, interpreter, path, variables: { CC: "clang", OLD: "1" }, recordedAt: "then" };
}

function folderOf(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "rebuild-if-needed-test-")));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function program(folder: string, name: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), "#!/bin/sh\n");
  chmodSync(join(folder, name), 0o755);
  return join(folder, name);
}

test("an event sees the record, and of it only what is still asked for", () => {
  const environment = recordedEnvironment(record(VENV, ["/usr/bin"]), ["CC", "CXX"]);
  assert.deepEqual(environment.variables, { CC: "clang" });
  assert.deepEqual(environment.path, ["/usr/bin"]);
});

test("a typed command: set replaces, unset keeps, empty drops", () => {
  const names = ["CC", "CXX", "OLD"];
  const typed = (environment: NodeJS.ProcessEnv): object =>
    typedEnvironment(record(null, []), environment, names, "/tree").variables;
  assert.deepEqual(typed({}), { CC: "clang", OLD: "1" });
  assert.deepEqual(typed({ CC: "gcc" }), { CC: "gcc", OLD: "1" });
  assert.deepEqual(typed({ CC: "", CXX: "g++", OTHER: "x" }), { CXX: "g++", OLD: "1" });
  assert.deepEqual(typedEnvironment(null, { CC: "gcc" }, names, "/tree").variables, { CC: "gcc" });
});

test("a typed command searches the present PATH, then the recorded one; a venv's folder is first", () => {
  const environment = { PATH: "/opt/bin:/usr/bin" };
  const venv = typedEnvironment(record(VENV, ["/usr/bin", "/cuda/bin"]), environment, [], "/tree");
  assert.deepEqual(venv.path, ["/tree/.venv/bin", "/opt/bin", "/usr/bin", "/cuda/bin"]);
  const system = typedEnvironment(record(SYSTEM, ["/usr/bin", "/cuda/bin"]), environment, [], "/tree");
  assert.deepEqual(
    system.path,
    ["/opt/bin", "/usr/bin", "/cuda/bin"],
    "the system's Python hides no compiler",
  );
});

test("PATH entries that are empty, relative or in the tree give no tools", (t) => {
  const folder = folderOf(t);
  const top = join(folder, "tree");
  mkdirSync(join(top, "tools"), { recursive: true });
  symlinkSync(join(top, "tools"), join(folder, "outside"));
  const entries = [
    "",
    ".",
    "bin",
    top,
    join(top, "tools"),
    join(folder, "outside"),
    `${top}-not`,
    "/usr/bin/",
    "/usr/bin",
  ];
  assert.deepEqual(searchPath(entries, top, null), [`${top}-not`, "/usr/bin"]);
  assert.deepEqual(searchPath([join(top, ".venv/bin"), "/usr/bin"], top, join(top, ".venv/bin")), [
    join(top, ".venv/bin"),
    "/usr/bin",
  ]);
});

test("a tracked file is no tool, and neither is a link to one", (t) => {
  const folder = folderOf(t);
  const top = join(folder, "tree");
  const tracked = program(join(top, "tools"), "nvcc");
  symlinkSync(tracked, join(folder, "nvcc"));
  const ours = program(join(top, ".venv/bin"), "ninja");
  const mayRun = untrackedOnly(top, (path) => path === tracked);
  assert.equal(findProgram("nvcc", [folder, join(top, "tools")], mayRun), null);
  assert.equal(findProgram(tracked, [], mayRun), null);
  assert.equal(findProgram("ninja", [join(top, ".venv/bin")], mayRun), ours);
  assert.equal(findProgram("tools/nvcc", [top]), null, "a relative command is not searched");
});

test("a child gets the recorded variables and no others, and no foreign Python", () => {
  const environment = recordedEnvironment(record(VENV, ["/tree/.venv/bin", "/usr/bin"]), ["CC", "CXX"]);
  const base = {
    HOME: "/home/me",
    PATH: "/else",
    CC: "gcc",
    CXX: "g++",
    GIT_DIR: "/x",
    PYTHONPATH: "/y",
    PYTHONHOME: "/z",
    PYTHONNOUSERSITE: "1",
    VIRTUAL_ENV: "/other",
    CONDA_PREFIX: "/conda",
  };
  assert.deepEqual(childEnvironment(environment, base), {
    HOME: "/home/me",
    PATH: "/tree/.venv/bin:/usr/bin",
    CC: "clang",
    PYTHONNOUSERSITE: "1",
    VIRTUAL_ENV: "/tree/.venv",
  });
  const system = childEnvironment(recordedEnvironment(record(SYSTEM, []), []), base);
  assert.equal(system["VIRTUAL_ENV"], undefined);
});

test("what a person built with becomes the record, without folders that have gone", (t) => {
  const folder = folderOf(t);
  const typed = typedEnvironment(
    record(SYSTEM, [folder, "/gone/bin"]),
    { CC: "gcc" },
    ["CC", "OLD"],
    "/tree",
  );
  assert.deepEqual(recordOf(typed, "now"), {
    version: 1,
    interpreter: SYSTEM,
    path: ["/usr/bin", folder],
    variables: { CC: "gcc", OLD: "1" },
    recordedAt: "now",
  });
});

test("interpreter: configured, activated, in the tree, on PATH, none; a venv's link is kept", (t) => {
  const folder = folderOf(t);
  const top = join(folder, "tree");
  const python3 = program(join(folder, "bin"), "python3");
  const active = program(join(folder, "active/bin"), "python");
  const environment: NodeJS.ProcessEnv = { PATH: `${join(top, "bin")}:${join(folder, "bin")}` };
  program(join(top, "bin"), "python3");
  assert.deepEqual(findInterpreter(top, null, {}), { ok: true, value: null });
  assert.deepEqual(
    findInterpreter(top, null, environment),
    { ok: true, value: python3 },
    "not the tree's own bin",
  );
  const inTree = join(top, ".venv/bin/python");
  mkdirSync(join(top, ".venv/bin"), { recursive: true });
  symlinkSync(python3, inTree);
  assert.deepEqual(findInterpreter(top, null, environment), { ok: true, value: inTree });
  const activated = { ...environment, VIRTUAL_ENV: join(folder, "active") };
  assert.deepEqual(findInterpreter(top, null, activated), { ok: true, value: active });
  assert.deepEqual(findInterpreter(top, ".venv/bin/python", activated), { ok: true, value: inTree });
  const mayRun = untrackedOnly(top, (path) => path === inTree);
  assert.deepEqual(
    findInterpreter(top, null, environment, mayRun),
    { ok: true, value: python3 },
    "not a tracked venv",
  );
});

test("a configured interpreter that has gone is E302, with what to type", () => {
  assert.deepEqual(findInterpreter("/tree", ".venv/bin/python", process.env), {
    ok: false,
    failure: {
      code: "E302",
      message:
        "the configured interpreter /tree/.venv/bin/python does not exist or cannot be run. Nothing was changed.",
      next: "python3 -m venv /tree/.venv, or choose another with: rebuild-if-needed init",
      exit: 3,
    },
  });
});
