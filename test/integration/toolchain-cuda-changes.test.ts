/** Each way in which a CUDA toolkit or nvcc's host compiler really changes, and the look-alike beside it. */
import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import test from "node:test";
import { askNvcc } from "../../src/fingerprint/cuda-toolkit.ts";
import { unpackedWheels } from "../helpers/releases.ts";
import {
  type Ground,
  ask,
  assertNone,
  change,
  look,
  need,
  PATH,
  Shelf,
  twoGccs,
} from "../helpers/toolchain-ground.ts";

/** PyPI's nvcc 12.x comes without the driver: its ptxas, libdevice and cuda.h are what changes a toolkit. */
const WHEELS_12 = ["nvidia-cuda-nvcc-cu12==12.9.86", "nvidia-cuda-runtime-cu12==12.9.79"];
const WHEELS_13 = ["nvidia-cuda-nvcc==13.1.80", "nvidia-cuda-runtime==13.1.80"];

interface Toolkits {
  readonly ours: string;
  readonly other: string;
  readonly version: string;
  readonly otherVersion: string;
  /** Folder of the 12.x wheels. */
  readonly twelve: string;
}

let made: Promise<Toolkits> | undefined;

/** The toolkit of the nvcc on PATH, and one from PyPI beside it. */
function toolkits(): Promise<Toolkits> {
  made ??= (async () => {
    const nvcc = need("nvcc", "a CUDA toolkit, or pip install nvidia-cuda-nvcc");
    const answer = await askNvcc(nvcc, process.env, PATH);
    assert.ok(answer !== null);
    const other = join(await unpackedWheels(WHEELS_13), "nvidia/cu13");
    const twelve = join(await unpackedWheels(WHEELS_12), "nvidia");
    const version = async (folder: string): Promise<string> =>
      (await versionLine(join(folder, "bin/nvcc"))).replace(/^.*V/, "");
    const ours = answer.toolkit;
    return { ours, other, twelve, version: await version(ours), otherVersion: await version(other) };
  })();
  return made;
}

async function versionLine(nvcc: string): Promise<string> {
  await ask(nvcc, "--version");
  const { runTool } = await import("../../src/fingerprint/run-tool.ts");
  const text = (await runTool({ argv: [nvcc, "--version"], environment: process.env })) ?? "";
  return /^.*V[\d.]+$/m.exec(text)?.[0] ?? "";
}

/** A toolkit of links to `from`; its driver is a copy, since nvcc finds the rest beside itself. */
function linkToolkit(shelf: Shelf, name: string, from: string): string {
  for (const folder of ["bin", "nvvm/bin", "nvvm/libdevice", "include"]) {
    shelf.at(`${name}/${folder}/x`);
    for (const entry of existsSync(join(from, folder)) ? readdirSync(join(from, folder)) : []) {
      const place = join(shelf.root, name, folder, entry);
      if (folder === "bin" && entry.startsWith("nvcc")) cpSync(join(from, folder, entry), place);
      else symlinkSync(join(from, folder, entry), place);
    }
  }
  return join(shelf.root, name);
}

function ground(variables: Readonly<Record<string, string>>, path: readonly string[] = PATH): Ground {
  return { path, variables, roles: ["nvcc"] };
}

test("CUDA_HOME switched between two toolkits; not to a link or a copy of the same", async (t) => {
  const { ours, other, version, otherVersion } = await toolkits();
  const shelf = new Shelf(t);
  const here = ground({ CUDA_HOME: ours });
  for (const variable of ["CUDA_HOME", "CUDA_PATH"]) {
    await assertNone(here, () => {}, ground({ [variable]: shelf.link("same", ours) }));
  }
  await assertNone(here, () => {}, ground({ CUDA_HOME: `${ours}/` }));
  const copy = linkToolkit(shelf, "copy", other);
  const plain = linkToolkit(shelf, "plain", other);
  await assertNone(ground({ CUDA_HOME: copy }), () => {}, ground({ CUDA_HOME: plain }));
  assert.deepEqual(await change(here, () => {}, ground({ CUDA_HOME: other })), [
    `tool-changed: nvcc ${version} -> ${otherVersion}`,
    `env-changed: CUDA_HOME: ${ours} -> ${other}`,
  ]);
});

test("the link that CUDA_HOME or PATH goes through is moved, as /usr/local/cuda is; or made anew", async (t) => {
  const { ours, other, version, otherVersion } = await toolkits();
  const shelf = new Shelf(t);
  const cuda = shelf.link("cuda", ours);
  for (const each of [ground({ CUDA_HOME: cuda }), ground({}, [join(cuda, "bin"), ...PATH])]) {
    shelf.link("cuda", ours);
    await assertNone(each, () => shelf.link("cuda", ours));
    assert.deepEqual(await change(each, () => shelf.link("cuda", other)), [
      `tool-changed: nvcc ${version} -> ${otherVersion}`,
    ]);
  }
});

test("CUDACXX by path, with flags and a launcher; with CMake PATH's nvcc counts beside CUDA_HOME's, with torch not", async (t) => {
  const { ours, other } = await toolkits();
  const shelf = new Shelf(t);
  const nvcc = join(ours, "bin/nvcc");
  await assertNone(ground({ CUDACXX: nvcc }), () => {}, ground({ CUDACXX: `ccache ${nvcc}` }));
  assert.deepEqual(await change(ground({ CUDACXX: nvcc }), () => {}, ground({ CUDACXX: `${nvcc} -G` })), [
    `env-changed: CUDACXX: ${nvcc} -> ${nvcc} -G`,
  ]);
  const front = [dirname(shelf.link("front/nvcc", join(ours, "bin/nvcc"))), ...PATH];
  const move = (): string => shelf.link("front/nvcc", join(other, "bin/nvcc"));
  await assertNone({ ...ground({ CUDA_HOME: ours }, front), packages: ["torch"] }, move);
  shelf.link("front/nvcc", join(ours, "bin/nvcc"));
  const cmake = { ...ground({ CUDA_HOME: ours }, front), roles: ["nvcc", "cmake"] as const };
  assert.equal((await change(cmake, move)).length, 1);
});

test("parts of a toolkit: ptxas and cuda.h of 12.x, nvcc.profile; not the same bytes put there again", async (t) => {
  const { ours, version, twelve } = await toolkits();
  const shelf = new Shelf(t);
  const copy = linkToolkit(shelf, "toolkit", ours);
  const here = ground({ CUDA_HOME: copy });
  const twelveParts = { ptxas: "cuda_nvcc/bin/ptxas", header: "cuda_runtime/include/cuda.h" };
  const put = (part: string, from: string): string => shelf.write(`toolkit/${part}`, readFileSync(from));
  await assertNone(here, () => put("bin/ptxas", join(copy, "bin/ptxas")));
  assert.deepEqual(await change(here, () => put("bin/ptxas", join(twelve, twelveParts.ptxas))), [
    `tool-changed: nvcc ${version}: same version, other content (ptxas)`,
  ]);
  put("include/cuda.h", join(twelve, twelveParts.header));
  await assertNone(here, () => put("include/cuda.h", join(twelve, twelveParts.header)));
  assert.deepEqual(await change(here, () => put("include/cuda.h", join(ours, "include/cuda.h"))), [
    `tool-changed: nvcc ${version}: same version, other content (cuda.h)`,
  ]);
  const profile = readFileSync(join(copy, "bin/nvcc.profile"), "utf8");
  await assertNone(here, () => shelf.write("toolkit/bin/nvcc.profile", profile));
  assert.deepEqual(
    await change(here, () => shelf.write("toolkit/bin/nvcc.profile", `${profile}\nPTXAS_FLAGS += -v\n`)),
    [`tool-changed: nvcc ${version}: same version, other content (nvcc.profile)`],
  );
});

test("an nvcc wrapper that cannot be read through: the toolkit and the host compiler behind it count", async (t) => {
  const { ours, version } = await toolkits();
  const [, other] = await twoGccs();
  const shelf = new Shelf(t);
  const host = shelf.link("host/g++", other.cxx);
  shelf.write("conf", join(ours, "bin/nvcc"));
  const line = `exec "$(cat ${join(shelf.root, "conf")})" -ccbin ${host} "$@"`;
  const nvcc = shelf.script("bin/nvcc", line);
  const here = ground({}, [dirname(nvcc), ...PATH]);
  const [tool] = (await look(here)).tools;
  assert.equal(tool?.version, version);
  const names = new Set(tool.files.map((file) => basename(file.path)));
  for (const name of ["ptxas", "cc1plus"]) assert.ok(names.has(name), name);
  await assertNone(here, () => shelf.script("bin/nvcc", line));
});

test("nvcc's host compiler: PATH's counts even when CXX names another, until something tells nvcc", async (t) => {
  await toolkits();
  const [old, other] = await twoGccs();
  const shelf = new Shelf(t);
  const path = [join(shelf.root, "bin"), ...PATH];
  const reset = (): void => {
    for (const name of ["g++", "gcc"]) shelf.link(`bin/${name}`, name === "g++" ? old.cxx : old.cc);
  };
  const move = (): void => {
    for (const name of ["g++", "gcc"]) shelf.link(`bin/${name}`, name === "g++" ? other.cxx : other.cc);
  };
  const clang = need("clang++", "apt-get install clang");
  const told = (variables: Readonly<Record<string, string>>, more: Partial<Ground> = {}): Ground => ({
    path,
    variables: { CXX: clang, ...variables },
    roles: ["cxx", "nvcc"],
    ...more,
  });
  const isReason = async (each: Ground): Promise<boolean> => {
    reset();
    const found = await change(each, move);
    if (found.length > 0)
      assert.match(found.join("\n"), /^tool-changed: clang\+\+ .*: same version, other content \(g\+\+\)$/);
    return found.length > 0;
  };
  assert.equal(await isReason(told({})), true);
  assert.equal(await isReason(told({}, { roles: ["cxx"] })), false, "without CUDA sources nobody asks nvcc");
  assert.equal(await isReason(told({ NVCC_CCBIN: old.cxx })), false);
  assert.equal(await isReason(told({ NVCC_PREPEND_FLAGS: `-ccbin=${old.cxx}` })), false);
  assert.equal(await isReason(told({ CUDAHOSTCXX: old.cxx })), true, "only CMake reads it");
  assert.equal(await isReason(told({ CUDAHOSTCXX: old.cxx }, { roles: ["cxx", "nvcc", "cmake"] })), false);
  assert.equal(await isReason(told({ CC: old.cc }, { packages: ["torch"] })), false, "torch hands CC on");

  reset();
  const none = told({});
  for (const variables of [
    { NVCC_CCBIN: "g++" },
    { NVCC_CCBIN: join(shelf.root, "bin") },
    { NVCC_PREPEND_FLAGS: `-ccbin ${old.cxx}` },
  ]) {
    await assertNone(none, () => {}, told(variables));
  }
  const [reason = ""] = await change(none, () => {}, told({ NVCC_CCBIN: other.cxx }));
  assert.match(reason, /^tool-changed: clang\+\+ /);
});
