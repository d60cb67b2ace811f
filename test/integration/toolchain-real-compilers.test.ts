import assert from "node:assert/strict";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import test, { type TestContext } from "node:test";
import { readBuildId } from "../../src/fingerprint/build-id.ts";
import { compareToolchains } from "../../src/fingerprint/compare-toolchain.ts";
import { findProgram, splitPath } from "../../src/fingerprint/search-path.ts";
import { observeToolchain } from "../../src/fingerprint/toolchain.ts";
import type { Tool, Toolchain, ToolRole } from "../../src/model.ts";

const PATH = splitPath(process.env["PATH"]);

function folderOf(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "rebuild-if-needed-test-")));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function wrap(path: string, target: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\nexec ${target} "$@"\n`);
  chmodSync(path, 0o755);
}

function observe(role: ToolRole, path: readonly string[], previous: Toolchain | null): Promise<Toolchain> {
  const environment = { interpreter: null, path, names: [], variables: {} };
  return observeToolchain({ environment, interpreter: null, roles: [role], packages: [], previous });
}

function toolOf({ tools: [tool] }: Toolchain): Tool {
  assert.ok(tool !== undefined);
  return tool;
}

test("the real C++ compiler through a wrapper: version, parts, and no reason while it stays", async (t) => {
  const folder = folderOf(t);
  const real = findProgram("g++", PATH) ?? findProgram("c++", PATH);
  assert.ok(real !== null, "these tests need a C++ compiler");
  const name = basename(real);
  wrap(join(folder, name), real);
  const before = await observe("cxx", [folder, ...PATH], null);
  const tool = toolOf(before);
  assert.equal(tool.path, join(folder, name));
  assert.match(tool.version, /^\d+\.\d+/);
  assert.ok(
    tool.files.some((file) => file.path === real),
    "the wrapper is followed",
  );
  const parts = tool.files.map((file) => basename(file.path));
  assert.ok(parts.includes("ld"), `the linker counts: ${parts.join(" ")}`);
  assert.deepEqual(compareToolchains(before, await observe("cxx", [folder, ...PATH], before)), []);

  // The same driver with another linker in front of it on PATH.
  mkdirSync(join(folder, "front"));
  writeFileSync(join(folder, "front/ld"), "#!/bin/sh\n");
  chmodSync(join(folder, "front/ld"), 0o755);
  const front = await observe("cxx", [folder, join(folder, "front"), ...PATH], before);
  const [reason] = compareToolchains(before, front);
  assert.equal(reason?.kind, "tool-changed");
  assert.equal(reason.path, join(folder, "front/ld"));
});

test("the real nvcc through a wrapper: version, parts, and a changed ptxas", async (t) => {
  const found = findProgram("nvcc", PATH);
  if (found === null) return t.skip("no CUDA toolkit here: nvcc is not on PATH");
  const before = await observe("nvcc", PATH, null);
  const tool = toolOf(before);
  assert.match(tool.version, /^\d+\.\d+/);
  const real = tool.files.find(
    (file) =>
      basename(file.path) === "nvcc" && !readFileSync(file.path).subarray(0, 2).equals(Buffer.from("#!")),
  );
  assert.ok(real !== undefined);
  const toolkit = dirname(dirname(realpathSync(real.path)));

  // A second toolkit of the same content, but for what a later step replaces.
  const folder = folderOf(t);
  const copy = join(folder, "cuda");
  const parts = tool.files
    .filter((file) => file.path.startsWith(`${toolkit}/`))
    .map((file) => file.path.slice(toolkit.length));
  assert.ok(parts.includes("/bin/ptxas"), parts.join(" "));
  for (const part of parts) {
    mkdirSync(dirname(copy + part), { recursive: true });
    if (part === "/bin/nvcc") copyFileSync(toolkit + part, copy + part);
    else symlinkSync(toolkit + part, copy + part);
  }
  const wrapper = join(folder, "nvcc");
  if (readFileSync(found).subarray(0, 2).equals(Buffer.from("#!"))) wrap(wrapper, join(copy, "bin/nvcc"));
  else symlinkSync(join(copy, "bin/nvcc"), wrapper);
  const same = await observe("nvcc", [folder, ...PATH], null);
  const contents = (one: Tool): string[] =>
    one.files
      .filter(({ size }) => size > 1000)
      .map(({ sha256 }) => sha256)
      .sort();
  assert.deepEqual(new Set(contents(toolOf(same))), new Set(contents(tool)));

  rmSync(join(copy, "bin/ptxas"));
  writeFileSync(join(copy, "bin/ptxas"), "another ptxas");
  const [reason] = compareToolchains(same, await observe("nvcc", [folder, ...PATH], same));
  assert.equal(reason?.kind, "tool-changed");
  assert.equal(reason.path, join(copy, "bin/ptxas"));
  assert.equal(reason.text, `nvcc ${tool.version}: same version, other content (ptxas)`);
});

test("the build id of a real library is the one that the linker wrote", async (t) => {
  if (process.platform !== "linux") return t.skip("ELF is not this system's format");
  const { runTool } = await import("../../src/fingerprint/run-tool.ts");
  const folder = folderOf(t);
  const compiler = findProgram("gcc", PATH) ?? findProgram("cc", PATH);
  assert.ok(compiler !== null);
  writeFileSync(join(folder, "a.c"), "int a(void) { return 1; }\n");
  const library = join(folder, "a.so");
  const link = async (option: string): Promise<void> => {
    const argv = [
      compiler,
      "-shared",
      "-fPIC",
      `-Wl,--build-id=${option}`,
      "-o",
      library,
      join(folder, "a.c"),
    ] as const;
    assert.notEqual(await runTool({ argv: [...argv], environment: process.env }), null);
  };
  await link("0x0123456789abcdef");
  assert.ok(existsSync(library));
  assert.equal(readBuildId(library), "0123456789abcdef");
  await link("none");
  assert.equal(readBuildId(library), null);
  assert.equal(readBuildId(join(folder, "a.c")), null);
});
