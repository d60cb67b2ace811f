/** Each way in which a host compiler really changes, and beside it the look-alike that must not rebuild. */
import assert from "node:assert/strict";
import { appendFileSync, cpSync, readdirSync, renameSync, symlinkSync, utimesSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import test from "node:test";
import {
  assertNone,
  change,
  look,
  need,
  PATH,
  reasons,
  Shelf,
  twoGccs,
  ask,
} from "../helpers/toolchain-ground.ts";

const ROLES = ["cxx"] as const;

test("an alternatives switch to another gcc; not the same link made anew", async (t) => {
  const [old, other] = await twoGccs();
  const shelf = new Shelf(t);
  const ground = { path: [shelf.at("bin"), ...PATH], roles: ROLES };
  for (const name of ["g++", "c++"]) shelf.link(`bin/${name}`, old.cxx);
  await assertNone(ground, () => shelf.link("bin/g++", old.cxx));
  assert.deepEqual(await change(ground, () => shelf.link("bin/g++", other.cxx)), [
    `tool-changed: g++ ${old.version} -> ${other.version}`,
  ]);
});

test("two gcc folders on PATH swapped; not two that lead to one gcc, nor a folder without compilers", async (t) => {
  const [old, other] = await twoGccs();
  const shelf = new Shelf(t);
  for (const name of ["g++", "c++", "gcc", "cc"]) {
    const is = name.endsWith("+") ? "cxx" : "cc";
    shelf.link(`one/${name}`, old[is]);
    shelf.link(`same/${name}`, old[is]);
    shelf.link(`two/${name}`, other[is]);
  }
  shelf.script("empty/other", ":");
  const on = (...names: string[]): object => ({
    path: [...names.map((name) => join(shelf.root, name)), ...PATH],
    roles: ["cc", "cxx"],
  });
  await assertNone(on("one", "same", "two"), () => {}, on("same", "empty", "one", "two"));
  assert.deepEqual(await change(on("one", "two"), () => {}, on("two", "one")), [
    `tool-changed: gcc ${old.version} -> ${other.version}`,
    `tool-changed: g++ ${old.version} -> ${other.version}`,
  ]);
});

test("CXX and CC by path, by name, with flags, with a launcher", async (t) => {
  const [old, other] = await twoGccs();
  const ccache = need("ccache", "apt-get install ccache");
  const shelf = new Shelf(t);
  shelf.link("bin/g++", old.cxx);
  shelf.link("bin/c++", old.cxx);
  const named = (CXX?: string, CMAKE_ARGS?: string): object => ({
    path: [shelf.at("bin"), ...PATH],
    roles: ROLES,
    variables: { ...(CXX === undefined ? {} : { CXX }), ...(CMAKE_ARGS === undefined ? {} : { CMAKE_ARGS }) },
  });
  const alike = [
    "g++",
    join(shelf.root, "bin/g++"),
    old.cxx,
    "ccache g++",
    `${ccache} ${old.cxx}`,
    "sccache g++",
    "distcc g++",
  ];
  for (const CXX of alike) await assertNone(named(), () => {}, named(CXX));
  await assertNone(named("ccache g++ -m64"), () => {}, named("g++   -m64"));
  await assertNone(named(), () => {}, named(undefined, `-DCMAKE_CXX_COMPILER_LAUNCHER=${ccache}`));
  await assertNone(named(), () => {}, named(undefined, "-DCMAKE_CXX_COMPILER:FILEPATH=g++"));
  assert.deepEqual(await change(named("g++"), () => {}, named("g++ -m64")), [
    "env-changed: CXX: g++ -> g++ -m64",
  ]);
  assert.deepEqual(await change(named("ccache g++"), () => {}, named(`ccache ${other.cxx}`)), [
    `tool-changed: g++ ${old.version} -> ${basename(other.cxx)} ${other.version}`,
    `env-changed: CXX: ccache g++ -> ccache ${other.cxx}`,
  ]);
  assert.deepEqual(await change(named(), () => {}, named(undefined, `-DCMAKE_CXX_COMPILER=${other.cxx}`)), [
    `tool-changed: g++ ${old.version} -> ${basename(other.cxx)} ${other.version}`,
  ]);
});

test("ccache's links in front of PATH, or named by CXX: no reason; the compiler behind them: one", async (t) => {
  const [old, other] = await twoGccs();
  const ccache = need("ccache", "apt-get install ccache");
  const shelf = new Shelf(t);
  shelf.link("farm/g++", ccache);
  for (const name of ["g++", "c++"]) shelf.link(`bin/${name}`, old.cxx);
  const plain = { path: [shelf.at("bin"), ...PATH], roles: ROLES };
  const behind = { ...plain, path: [join(shelf.root, "farm"), ...plain.path] };
  await assertNone(plain, () => {}, behind);
  await assertNone(plain, () => {}, { ...plain, variables: { CXX: join(shelf.root, "farm/g++") } });
  const switched = (): void => ["g++", "c++"].forEach((name) => shelf.link(`bin/${name}`, other.cxx));
  assert.deepEqual(await change(behind, switched), [`tool-changed: g++ ${old.version} -> ${other.version}`]);
});

test("clang in place of gcc, and an update of the libraries that it is made of", async () => {
  const clang = need("clang++", "apt-get install clang");
  const [gcc] = await twoGccs();
  const plain = { roles: ROLES, variables: { CXX: gcc.cxx } };
  const version = (await ask(clang, "-dumpversion")).trim();
  const [first = ""] = await change(plain, () => {}, { roles: ROLES, variables: { CXX: clang } });
  assert.equal(first, `tool-changed: ${basename(gcc.cxx)} ${gcc.version} -> clang++ ${version}`);
  const [tool] = (await look({ roles: ROLES, variables: { CXX: clang } })).tools;
  const names = tool?.files.map((file) => basename(file.path)).join(" ") ?? "";
  assert.match(names, /libLLVM/, "the driver is small, the compiler is in its libraries");
  assert.doesNotMatch(names, /(^| )as( |$)/, "clang assembles by itself");
});

test("a security update within one version of gcc; not a reinstall of the same", async (t) => {
  const [gcc] = await twoGccs();
  const shelf = new Shelf(t);
  const install = dirname(await ask(gcc.cxx, "-print-libgcc-file-name"));
  const folder = install.replace(/^.*\/lib\/gcc/, "usr/lib/gcc");
  // gcc finds its parts beside itself, wherever it was put.
  shelf.at(`${folder}/x`);
  for (const entry of readdirSync(install)) {
    if (entry === "cc1plus") cpSync(join(install, entry), join(shelf.root, folder, entry));
    else symlinkSync(join(install, entry), join(shelf.root, folder, entry));
  }
  shelf.at("usr/bin/x");
  for (const name of ["g++", "c++"]) cpSync(gcc.cxx, join(shelf.root, "usr/bin", name));
  const cc1plus = join(shelf.root, folder, "cc1plus");
  const ground = { path: [join(shelf.root, "usr/bin"), ...PATH], roles: ROLES };
  const [tool] = (await look(ground)).tools;
  assert.ok(tool?.files.some((file) => file.path.endsWith("cc1plus") && file.path.startsWith(shelf.root)));
  await assertNone(ground, () => {
    cpSync(cc1plus, `${cc1plus}.new`);
    renameSync(`${cc1plus}.new`, cc1plus);
  });
  await assertNone(ground, () => utimesSync(cc1plus, 1, 1));
  assert.deepEqual(await change(ground, () => appendFileSync(cc1plus, "patched")), [
    `tool-changed: g++ ${gcc.version}: same version, other content (cc1plus)`,
  ]);
});

test("the linker that flags name counts; another one beside it does not", async (t) => {
  const shelf = new Shelf(t);
  shelf.script("bin/ld.mine", "echo 1");
  shelf.script("bin/ld.other", "echo 1");
  const ground = {
    path: [...PATH, shelf.at("bin")],
    roles: ROLES,
    variables: { LDFLAGS: "-Wl,-O1 -fuse-ld=mine" },
  };
  await assertNone(ground, () => shelf.script("bin/ld.other", "echo 2"));
  const [reason = ""] = await change(ground, () => shelf.script("bin/ld.mine", "echo 2"));
  assert.match(reason, /^tool-changed: g\+\+ .*: same version, other content \(ld\.mine\)$/);
});

test("wrappers, however they are written: the compiler behind them changes, or their own text", async (t) => {
  const [old, other] = await twoGccs();
  const shelf = new Shelf(t);
  const behind = (version: "old" | "other"): string =>
    shelf.link("real/g++", version === "old" ? old.cxx : other.cxx);
  const real = behind("old");
  const python = need("python3", "apt-get install python3");
  shelf.script("middle/g++", `exec ${real} "$@"`);
  shelf.link("bin/g++.real", real);
  const texts: Readonly<Record<string, string>> = {
    "two levels": `#!/bin/sh\nexec ${shelf.at("middle/g++")} "$@"\n`,
    "$0 with an ending": `#!/bin/sh\nexec "$0".real "$@"\n`,
    "PATH put in front": `#!/bin/sh\nPATH=${join(shelf.root, "real")}:$PATH exec g++ "$@"\n`,
    "command -v": `#!/bin/bash\nPATH="${join(shelf.root, "real")}:$PATH"\nexec "$(command -v g++)" "$@"\n`,
    Python: `#!${python}\nimport os, sys\nos.execv("${real}", sys.argv)\n`,
    "a function": `#!/bin/sh\nrun() { "$@"; }\nCOMPILER="${real}"\nrun "$COMPILER" "$@"\n`,
  };
  for (const [what, text] of Object.entries(texts)) {
    await t.test(what, async () => {
      behind("old");
      shelf.write("bin/g++", text);
      const ground = { path: [join(shelf.root, "bin"), ...PATH], roles: ROLES, variables: { CXX: "g++" } };
      await assertNone(ground, () => shelf.write("bin/g++", text));
      assert.deepEqual(await change(ground, () => behind("other")), [
        `tool-changed: g++ ${old.version} -> ${other.version}`,
      ]);
      behind("old");
      const [reason] = await change(ground, () => shelf.write("bin/g++", `${text}# -O3\n`));
      assert.equal(reason, `tool-changed: g++ ${old.version}: same version, other content`);
    });
  }
});

test("a wrapper that cannot be read through is asked for what is behind it", async (t) => {
  const [gcc] = await twoGccs();
  const shelf = new Shelf(t);
  shelf.write("conf", gcc.cxx);
  shelf.script("bin/g++", `exec "$(cat ${join(shelf.root, "conf")})" "$@"`);
  const ground = { path: [join(shelf.root, "bin"), ...PATH], roles: ROLES, variables: { CXX: "g++" } };
  const [tool] = (await look(ground)).tools;
  assert.equal(tool?.version, gcc.version);
  assert.ok(tool.files.some((file) => basename(file.path) === "cc1plus"));
  await assertNone(ground, () => shelf.script("bin/g++", `exec "$(cat ${join(shelf.root, "conf")})" "$@"`));
});

test("programs that a recipe names by path: content counts, place and time do not; a carrier's never", async (t) => {
  const [old, other] = await twoGccs();
  const shelf = new Shelf(t);
  const generate = shelf.script("opt/generate", "echo 1");
  const compiler = shelf.link("opt/g++", old.cxx);
  const make = shelf.script("opt/make", "echo 1");
  const ground = {
    roles: ROLES,
    variables: { CXX: old.cxx },
    recipe: [
      [generate, "src"],
      ["sh", "-c", `${compiler} -shared x.cpp`],
      [make, "all"],
      ["python", "setup.py"],
    ],
  };
  await assertNone(ground, () => shelf.script("opt/generate", "echo 1"));
  await assertNone(ground, () => shelf.script("opt/make", "echo 2"));
  assert.deepEqual(await change(ground, () => shelf.script("opt/generate", "echo 2")), [
    "tool-changed: generate: other content",
  ]);
  const [reason = ""] = await change(ground, () => shelf.link("opt/g++", other.cxx));
  assert.match(reason, /^tool-changed: \S*g\+\+.*: same version, other content \(g\+\+\)$/);
});

test("the fast answer's list: what lies in front of a tool on PATH must stay absent", async (t) => {
  const { toolchainAbsences } = await import("../../src/fingerprint/toolchain.ts");
  const shelf = new Shelf(t);
  const environment = {
    interpreter: null,
    path: [join(shelf.root, "front"), ...PATH],
    names: [],
    variables: { CUDA_HOME: join(shelf.root, "cuda") },
  };
  const absent = toolchainAbsences({ environment, interpreter: null, roles: ["cxx", "nvcc"], packages: [] });
  for (const path of ["front/g++", "front/ld", "cuda/bin/nvcc"])
    assert.ok(absent.includes(join(shelf.root, path)), path);
});

test("nothing moved: the same answer, and no reason in either direction", async () => {
  const ground = { roles: ["cc", "cxx"] as const };
  const first = await look(ground);
  const again = await look(ground, first);
  assert.deepEqual(again, first);
  assert.deepEqual(reasons(again, first), []);
});
