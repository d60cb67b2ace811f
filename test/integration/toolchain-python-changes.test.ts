/** Each way in which the Python under an extension really changes, and the look-alike beside it. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import test from "node:test";
import { chooseEnvironment } from "../../src/fingerprint/choose-environment.ts";
import { findInterpreter } from "../../src/fingerprint/interpreter.ts";
import type { Config, Interpreter, Workspace } from "../../src/model.ts";
import { thisPython } from "../helpers/native.ts";
import { createSandbox } from "../helpers/sandbox.ts";
import { type Ground, assertNone, change, look, probe, reasons, Shelf } from "../helpers/toolchain-ground.ts";
import { keptVenv } from "../helpers/venv-copy.ts";

function ground(interpreter: Interpreter): Ground {
  return { interpreter, roles: ["python"] };
}

/** A Python of its own: binary, headers and settings are copies, the library is this machine's. */
async function copyPython(shelf: Shelf, name: string): Promise<string> {
  const system = await thisPython();
  const version = basename(system.includeDir);
  const binary = shelf.at(`${name}/bin/${version}`);
  cpSync(realpathSync(system.path), binary);
  cpSync(system.includeDir, join(shelf.root, name, "include", version), {
    recursive: true,
    dereference: true,
  });
  const standard = dirname(system.identityFiles.find((file) => /_sysconfigdata/.test(file)) ?? "");
  const lib = join(shelf.root, name, "lib", version);
  mkdirSync(lib, { recursive: true });
  for (const entry of readdirSync(standard)) {
    if (entry.startsWith("_sysconfigdata")) cpSync(join(standard, entry), join(lib, entry));
    else if (entry !== "site-packages") symlinkSync(join(standard, entry), join(lib, entry));
  }
  mkdirSync(join(lib, "site-packages"), { recursive: true });
  return binary;
}

/** A venv by links, as `python -m venv` and uv make it; the base can be put behind another link. */
function linkVenv(shelf: Shelf, python: string): string {
  shelf.write("venv/pyvenv.cfg", `home = ${dirname(python)}\ninclude-system-site-packages = false\n`);
  return shelf.link("venv/bin/python", python);
}

test("a security update of the same version: other binary, same headers and settings; not the other way round", async (t) => {
  const shelf = new Shelf(t);
  const base = await copyPython(shelf, "base");
  const python = await probe(linkVenv(shelf, base));
  assert.ok(python.includeDir.startsWith(shelf.root), python.includeDir);
  const here = ground(python);
  await assertNone(here, () => appendFileSync(base, "patched"));
  await assertNone(here, () => shelf.write(`base/bin/${basename(base)}`, readFileSync(base)));
  const same = [`tool-changed: python ${python.version}: same version, other content`];
  for (const header of ["object.h", "cpython/object.h", "pyconfig.h"]) {
    const file = `base/include/${basename(python.includeDir)}/${header}`;
    const text = readFileSync(join(shelf.root, file), "utf8");
    // The package manager puts all headers in place anew, changed or not.
    const put = (path: string, content: string): void => {
      shelf.write(path, content);
      const main = `base/include/${basename(python.includeDir)}/Python.h`;
      shelf.write(main, readFileSync(join(shelf.root, main)));
    };
    await assertNone(here, () => put(file, text));
    const [reason = ""] = await change(here, () => put(file, `${text}\n/* patched */\n`));
    assert.ok(reason.startsWith(same[0] ?? ""), `${header}: ${reason}`);
    put(file, text);
  }
});

test("build settings: CFLAGS of another build count, its folder and its date do not", async (t) => {
  const shelf = new Shelf(t);
  const base = await copyPython(shelf, "base");
  const python = await probe(linkVenv(shelf, base));
  const data = python.identityFiles.find((file) => /_sysconfigdata/.test(file)) ?? "";
  assert.ok(data.startsWith(shelf.root), data);
  const path = data.slice(shelf.root.length + 1);
  const text = readFileSync(data, "utf8");
  const prefix = /'prefix': '([^']+)'/.exec(text)?.[1] ?? "";
  const here = ground(python);
  await assertNone(here, () => shelf.write(path, text.replaceAll(prefix, "/else/where")));
  shelf.write(path, text);
  await assertNone(here, () =>
    shelf.write(path, text.replace(/'AC_APPLE_UNIVERSAL_BUILD': 0/, "'AC_APPLE_UNIVERSAL_BUILD': 1")),
  );
  shelf.write(path, text);
  const [reason = ""] = await change(here, () =>
    shelf.write(path, text.replace("'CFLAGS': '", "'CFLAGS': '-DPATCHED ")),
  );
  assert.match(reason, /^tool-changed: python .*: same version, other content/);
});

test("a patch release behind the link of a venv: the link of the installation is moved, as uv does; not made anew", async (t) => {
  const shelf = new Shelf(t);
  const old = await copyPython(shelf, "cpython-one");
  await copyPython(shelf, "cpython-two");
  const version = basename(old);
  const link = (name: string): string => shelf.link("cpython", join(shelf.root, name));
  link("cpython-one");
  const python = await probe(linkVenv(shelf, join(shelf.root, "cpython/bin", version)));
  const here = ground(python);
  await assertNone(here, () => link("cpython-one"));
  await assertNone(here, () => link("cpython-two"));
  link("cpython-one");
  const patch = `cpython-two/include/${version}/patchlevel.h`;
  shelf.write(
    patch,
    readFileSync(join(shelf.root, patch), "utf8").replace(/(PY_MICRO_VERSION\s+)\d+/, "$199"),
  );
  const [reason = ""] = await change(here, () => link("cpython-two"));
  assert.match(reason, /^tool-changed: python .*: same version, other content/);
});

test("a venv that is made anew over another Python of this machine, where there is one", async (t) => {
  const [one] = [await thisPython()];
  const others = ["/usr/bin/python3", ...siblings(one.path)]
    .filter(existsSync)
    .map((path) => realpathSync(path));
  const shelf = new Shelf(t);
  const python = await probe(linkVenv(shelf, realpathSync(one.path)));
  const here = ground(python);
  await assertNone(here, () => linkVenv(shelf, realpathSync(one.path)));
  for (const other of others) {
    const is = await probe(other);
    if (is.version === one.version) continue;
    const found = await change(here, () => linkVenv(shelf, other));
    assert.deepEqual(found, [`tool-changed: python ${one.version} -> ${is.version}`]);
    linkVenv(shelf, realpathSync(one.path));
  }
});

/** Other versions in pyenv's folder. */
function siblings(python: string): string[] {
  const versions = dirname(dirname(dirname(realpathSync(python))));
  return basename(versions) === "versions"
    ? readdirSync(versions).map((name) => join(versions, name, "bin/python3"))
    : [];
}

test("venv, virtualenv with links and with copies, uv: one Python, no reason between them", async (t) => {
  const box = createSandbox(t);
  const tools = join(await keptVenv(["uv", "virtualenv"]), "venv/bin");
  const base = (await thisPython()).path;
  const makers: Readonly<Record<string, readonly string[]>> = {
    venv: [base, "-m", "venv", "--without-pip"],
    virtualenv: [join(tools, "python"), "-m", "virtualenv", "--quiet", "--no-seed", "--python", base],
    copies: [join(tools, "python"), "-m", "virtualenv", "--quiet", "--no-seed", "--copies", "--python", base],
    uv: [join(tools, "uv"), "venv", "--quiet", "--python", base],
  };
  const first = await look(ground(await probe(base)));
  for (const [name, argv] of Object.entries(makers)) {
    const folder = box.path(name);
    const { code, stderr } = await box.run(box.root, [...argv, folder]);
    assert.equal(code, 0, stderr);
    const python = await probe(join(folder, "bin/python"));
    assert.equal(python.prefix, folder, name);
    assert.deepEqual(reasons(first, await look(ground(python))), [], name);
  }
});

/** pyenv's folder with shims as pyenv 2.6 writes them; its own program fails, so that nobody may lean on it. */
function pyenv(shelf: Shelf, versions: readonly string[]): { shim: string; version(name: string): string } {
  const stub = shelf.script("pyenv/libexec/pyenv", "exit 97");
  for (const version of versions) shelf.script(`pyenv/versions/${version}/bin/python3`, `echo ${version}`);
  const shim = shelf.script(
    "pyenv/shims/python3",
    `set -e\nprogram="\${0##*/}"\nexec "${stub}" exec "$program" "$@"`,
  );
  return { shim, version: (name) => join(shelf.root, "pyenv/versions", name, "bin/python3") };
}

test("a pyenv shim is the Python that PYENV_VERSION, .python-version or the global version choose, and is not run", (t) => {
  const shelf = new Shelf(t);
  const { shim, version } = pyenv(shelf, ["3.9.1", "3.11.2", "3.11.10", "kernels"]);
  const system = shelf.script("bin/python3", "echo system");
  const top = dirname(shelf.at("work/tree/x"));
  const find = (environment: NodeJS.ProcessEnv = {}): string | null => {
    const found = findInterpreter(top, null, { PATH: `${dirname(shim)}:${dirname(system)}`, ...environment });
    assert.ok(found.ok);
    return found.value;
  };
  assert.equal(find(), system, "nothing chosen");
  shelf.write("pyenv/version", "3.9.1\n");
  assert.equal(find(), version("3.9.1"));
  shelf.write("work/.python-version", "# ours\n  3.11.2  # exact\n");
  assert.equal(find(), version("3.11.2"), "from a folder above");
  shelf.write("work/tree/.python-version", "3.11\n");
  assert.equal(find(), version("3.11.10"), "the newest of 3.11");
  assert.equal(find({ PYENV_VERSION: "kernels:3.9.1" }), version("kernels"));
  assert.equal(find({ PYENV_VERSION: "python-3.9" }), version("3.9.1"));
  assert.equal(find({ PYENV_VERSION: "system" }), system);
  assert.equal(find({ PYENV_VERSION: "3.8.0" }), shim, "not installed: pyenv itself has to say so");
  shelf.write("work/tree/.python-version", "../../outside\n");
  shelf.script("outside/bin/python3", "echo evil");
  assert.equal(find(), version("3.11.2"), "a path out of pyenv's folder is passed over");
});

test("a configured shim costs no process at each look", async (t) => {
  const shelf = new Shelf(t);
  const { shim } = pyenv(shelf, []);
  const real = await thisPython();
  shelf.link("pyenv/versions/mine", real.basePrefix);
  shelf.write("pyenv/version", "mine\n");
  const top = dirname(shelf.at("tree/x"));
  const ws: Workspace = { top, gitDir: top, commonDir: top, stateDir: top, slotsDir: top };
  const config: Config = {
    preset: "",
    mode: "auto",
    strategy: "clean",
    interpreter: shim,
    healMtimes: false,
    timeLimitMs: 1,
    extensions: [],
    files: [],
    hasTreeConfig: false,
  };
  const never = (): boolean => false;
  const first = await chooseEnvironment(ws, config, null, "person", never);
  assert.ok(first.ok, JSON.stringify(first));
  const { interpreter } = first.value;
  assert.equal(interpreter?.path, join(shelf.root, "pyenv/versions/mine/bin/python3"));
  // What is recorded is believed, so a mark in it shows that nobody asked again.
  const marked = { ...interpreter, version: "kept" };
  const record = { version: 1, interpreter: marked, path: [], variables: {}, recordedAt: "" } as const;
  const again = await chooseEnvironment(ws, config, record, "event", never);
  assert.ok(again.ok);
  assert.equal(again.value.interpreter?.version, "kept");
});
