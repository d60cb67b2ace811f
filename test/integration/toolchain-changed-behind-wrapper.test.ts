import assert from "node:assert/strict";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test, { type TestContext } from "node:test";
import { compareToolchains } from "../../src/fingerprint/compare-toolchain.ts";
import { recordedEnvironment } from "../../src/fingerprint/environment.ts";
import { toolchainFiles, toolchainMeaning } from "../../src/fingerprint/toolchain-meaning.ts";
import { observeToolchain, toolchainAbsences } from "../../src/fingerprint/toolchain.ts";
import { untrackedOnly } from "../../src/fingerprint/search-path.ts";
import type { Toolchain, ToolRole } from "../../src/model.ts";

/** A machine of small scripts that note every start in a log. */
interface Machine {
  readonly root: string;
  readonly path: string[];
  readonly variables: Record<string, string>;
  tool(path: string, version: string): string;
  wrapper(path: string, target: string): string;
  link(path: string, target: string): string;
  observe(roles: readonly ToolRole[], previous?: Toolchain): Promise<Toolchain>;
  starts(): number;
}

function makeMachine(t: TestContext): Machine {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "rebuild-if-needed-test-")));
  t.after(() => rmSync(root, { recursive: true }));
  const log = join(root, "starts.log");
  const at = (path: string): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    return join(root, path);
  };
  const script = (path: string, text: string): string => {
    writeFileSync(`${at(path)}.new`, text);
    chmodSync(`${at(path)}.new`, 0o755);
    renameSync(`${at(path)}.new`, at(path));
    return at(path);
  };
  const machine: Machine = {
    root,
    path: [join(root, "bin")],
    variables: {},
    tool: (path, version) => script(path, `#!/bin/sh\necho start >> ${log}\necho version ${version}\n`),
    wrapper: (path, target) => script(path, `#!/bin/sh\nexec ${target} "$@"\n`),
    link(path, target) {
      symlinkSync(target, `${at(path)}.new`);
      renameSync(`${at(path)}.new`, at(path));
      return at(path);
    },
    observe: (roles, previous) =>
      observeToolchain({
        environment: { interpreter: null, path: machine.path, names: [], variables: machine.variables },
        interpreter: null,
        roles,
        packages: [],
        previous: previous ?? null,
      }),
    starts() {
      try {
        return readFileSync(log, "utf8").split("\n").length - 1;
      } catch {
        return 0;
      }
    },
  };
  return machine;
}

function texts(before: Toolchain, now: Toolchain): string[] {
  return compareToolchains(before, now).map((reason) => `${reason.kind}: ${reason.text}`);
}

test("the compiler behind an unchanged wrapper changes: a reason with both versions", async (t) => {
  const machine = makeMachine(t);
  machine.tool("cuda/bin/nvcc", "12.4");
  machine.wrapper("bin/nvcc", join(machine.root, "cuda/bin/nvcc"));
  const before = await machine.observe(["nvcc"]);
  machine.tool("cuda/bin/nvcc", "12.6");
  assert.deepEqual(texts(before, await machine.observe(["nvcc"], before)), [
    "tool-changed: nvcc 12.4 -> 12.6",
  ]);
});

test("the wrapper's own text is part of the tool", async (t) => {
  const machine = makeMachine(t);
  const real = machine.tool("cuda/bin/nvcc", "12.4");
  machine.wrapper("bin/nvcc", real);
  const before = await machine.observe(["nvcc"]);
  machine.wrapper("bin/nvcc", `${real} -Xptxas -O0`);
  assert.deepEqual(texts(before, await machine.observe(["nvcc"], before)), [
    "tool-changed: nvcc 12.4: same version, other content",
  ]);
});

test("a part of the toolkit changes: ptxas, and the toolkit's header", async (t) => {
  const machine = makeMachine(t);
  machine.tool("bin/nvcc", "12.4");
  machine.tool("bin/ptxas", "1");
  mkdirSync(join(machine.root, "include"));
  writeFileSync(join(machine.root, "include/cuda.h"), "#define CUDA_VERSION 12040\n");
  const before = await machine.observe(["nvcc"]);
  machine.tool("bin/ptxas", "2");
  const second = await machine.observe(["nvcc"], before);
  assert.deepEqual(texts(before, second), ["tool-changed: nvcc 12.4: same version, other content (ptxas)"]);
  writeFileSync(join(machine.root, "include/cuda.h"), "#define CUDA_VERSION 12060\n");
  const third = await machine.observe(["nvcc"], second);
  assert.deepEqual(texts(second, third), ["tool-changed: nvcc 12.4 -> 12.6"]);
});

test("nothing moved: no process starts and the meaning is the same", async (t) => {
  const machine = makeMachine(t);
  for (const name of ["g++", "gcc", "cmake", "ninja"]) machine.tool(`bin/${name}`, "1.2.3");
  const roles: readonly ToolRole[] = ["cxx", "cc", "cmake", "ninja", "nvcc"];
  const before = await machine.observe(roles);
  const first = machine.starts();
  assert.ok(first >= 4, "a new tool is asked for its version");
  const again = await machine.observe(roles, before);
  assert.equal(machine.starts(), first);
  assert.deepEqual(texts(before, again), []);
  assert.equal(toolchainMeaning(again), toolchainMeaning(before));
});

test("touch, reinstall, a link to the same file and another folder with the same content: no reason", async (t) => {
  const machine = makeMachine(t);
  const real = machine.tool("bin/cmake", "3.25.1");
  const before = await machine.observe(["cmake"]);
  const starts = machine.starts();
  utimesSync(real, 1, 1);
  assert.deepEqual(texts(before, await machine.observe(["cmake"], before)), [], "touched");
  machine.tool("bin/cmake", "3.25.1");
  assert.deepEqual(texts(before, await machine.observe(["cmake"], before)), [], "installed again");
  renameSync(real, join(machine.root, "cmake-3.25"));
  machine.link("bin/cmake", join(machine.root, "cmake-3.25"));
  assert.deepEqual(texts(before, await machine.observe(["cmake"], before)), [], "now a link");
  mkdirSync(join(machine.root, "front"));
  copyFileSync(join(machine.root, "cmake-3.25"), join(machine.root, "front/cmake"));
  machine.path.unshift(join(machine.root, "front"));
  const moved = await machine.observe(["cmake"], before);
  assert.equal(moved.tools[0]?.path, join(machine.root, "front/cmake"));
  assert.deepEqual(texts(before, moved), [], "found elsewhere");
  assert.equal(machine.starts(), starts, "equal content needs no version probe");
});

test("a link that is switched to another compiler, as update-alternatives does: a reason", async (t) => {
  const machine = makeMachine(t);
  const [old, young] = [machine.tool("lib/g++-11", "11.3.0"), machine.tool("lib/g++-12", "12.2.0")];
  machine.link("bin/g++", old);
  const before = await machine.observe(["cxx"]);
  machine.link("bin/g++", young);
  assert.deepEqual(texts(before, await machine.observe(["cxx"], before)), [
    "tool-changed: g++ 11.3.0 -> 12.2.0",
  ]);
});

test("c++ counts beside g++, since build systems differ in what they start", async (t) => {
  const machine = makeMachine(t);
  machine.tool("bin/g++", "12.2.0");
  machine.tool("bin/c++", "12.2.0");
  const before = await machine.observe(["cxx"]);
  machine.tool("bin/c++", "14.0.6");
  assert.deepEqual(texts(before, await machine.observe(["cxx"], before)), [
    "tool-changed: g++ 12.2.0: same version, other content (c++)",
  ]);
});

test("a recorded tool that is not found is no reason, nor is one that was never there", async (t) => {
  const machine = makeMachine(t);
  const ninja = machine.tool("bin/ninja", "1.11.1");
  const before = await machine.observe(["ninja", "meson"]);
  rmSync(ninja);
  const now = await machine.observe(["ninja", "meson"], before);
  assert.deepEqual(texts(before, now), []);
  assert.equal(now.tools.find((tool) => tool.role === "ninja")?.path, null);
});

test("CC and CXX name the compiler, through ccache; CUDA_HOME names nvcc", async (t) => {
  const machine = makeMachine(t);
  const [gcc, gxx] = [machine.tool("opt/gcc-11", "11.3.0"), machine.tool("opt/g++-11", "11.3.0")];
  machine.tool("bin/gcc", "12.2.0");
  machine.tool("bin/ccache", "4.7");
  const nvcc = machine.tool("cuda/bin/nvcc", "12.4");
  Object.assign(machine.variables, {
    CC: gcc,
    CXX: `ccache ${gxx} -m64`,
    CUDA_HOME: join(machine.root, "cuda"),
  });
  const { tools } = await machine.observe(["cc", "cxx", "nvcc"]);
  assert.deepEqual(
    tools.map((tool) => [tool.path, tool.version]),
    [
      [gcc, "11.3.0"],
      [gxx, "11.3.0"],
      [nvcc, "12.4"],
    ],
  );
});

test("ccache's folder of links in front of the compilers is seen through", async (t) => {
  const machine = makeMachine(t);
  const ccache = machine.tool("tools/ccache", "4.7");
  machine.link("farm/g++", ccache);
  const real = machine.tool("bin/g++", "12.2.0");
  const before = await machine.observe(["cxx"]);
  machine.path.unshift(join(machine.root, "farm"));
  const now = await machine.observe(["cxx"], before);
  assert.equal(now.tools[0]?.path, real);
  assert.deepEqual(texts(before, now), []);
});

test("a tracked tool is passed over for the next one", async (t) => {
  const machine = makeMachine(t);
  const tracked = machine.tool("tree/.venv/bin/ninja", "6.6.6");
  const good = machine.tool("bin/ninja", "1.11.1");
  const top = join(machine.root, "tree");
  const { tools } = await observeToolchain({
    environment: { interpreter: null, path: [dirname(tracked), ...machine.path], names: [], variables: {} },
    interpreter: null,
    roles: ["ninja"],
    packages: [],
    previous: null,
    mayRun: untrackedOnly(top, (path) => path === tracked),
  });
  assert.equal(tools[0]?.path, good);
});

test("the fast answer watches the wrapper, what is behind it, and places where another would win", async (t) => {
  const machine = makeMachine(t);
  const real = machine.tool("cuda/bin/nvcc", "12.4");
  const wrapper = machine.wrapper("bin/nvcc", real);
  machine.path.unshift(join(machine.root, "front"));
  const toolchain = await machine.observe(["nvcc"]);
  assert.deepEqual(toolchainFiles(toolchain, null), [wrapper, real].sort());
  const record = {
    version: 1,
    interpreter: null,
    path: machine.path,
    variables: {},
    recordedAt: "",
  } as const;
  const environment = recordedEnvironment(record, []);
  assert.deepEqual(toolchainAbsences({ environment, interpreter: null, roles: ["nvcc"], packages: [] }), [
    join(machine.root, "front/nvcc"),
  ]);
});
