import assert from "node:assert/strict";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test, { type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { observePackages } from "../../src/fingerprint/packages.ts";
import { toolFileReader } from "../../src/fingerprint/tool-files.ts";
import type { Package } from "../../src/model.ts";

interface Site {
  readonly folder: string;
  write(path: string, content: string): void;
  /** Replaces a distribution as an installer does: new files. */
  install(name: string, version: string, record: string, extra?: Readonly<Record<string, string>>): void;
  look(name: string, previous?: Package): Promise<Package>;
}

function makeSite(t: TestContext): Site {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "rebuild-if-needed-test-")));
  t.after(() => rmSync(folder, { recursive: true }));
  const write: Site["write"] = (path, content) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(`${join(folder, path)}.new`, content);
    renameSync(`${join(folder, path)}.new`, join(folder, path));
  };
  return {
    folder,
    write,
    install(name, version, record, extra = {}) {
      const place = `${name}-${version}.dist-info`;
      write(`${place}/METADATA`, `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`);
      write(`${place}/RECORD`, record);
      for (const [path, content] of Object.entries(extra)) write(`${place}/${path}`, content);
    },
    async look(name, previous) {
      const known = previous === undefined ? [] : [previous];
      const read = toolFileReader(known.flatMap(({ files }) => files));
      const [found] = await observePackages({ names: [name], sitePackages: [folder], previous: known, read });
      assert.ok(found !== undefined);
      return found;
    },
  };
}

const RECORD = "torch/__init__.py,sha256=aaa,10\ntorch/lib.so,sha256=bbb,20\n";

test("a reinstall of the same version by another installer is the same package", async (t) => {
  const site = makeSite(t);
  site.install(
    "scikit_build_core",
    "0.10.7",
    `${RECORD}../../../bin/tool,sha256=one,3\ntorch/__pycache__/__init__.cpython-311.pyc,,\n`,
  );
  const first = await site.look("Scikit.Build-Core");
  assert.equal(first.name, "scikit-build-core");
  assert.equal(first.version, "0.10.7");
  const reordered = RECORD.trim().split("\n").reverse().join("\r\n");
  const notes = ["INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "RECORD"];
  const lines = notes.map((note) => `scikit_build_core-0.10.7.dist-info/${note},sha256=x,1`).join("\n");
  site.install("scikit_build_core", "0.10.7", `${reordered}\n../../../bin/tool,sha256=two,3\n${lines}\n`);
  const again = await site.look("scikit-build-core", first);
  assert.notEqual(again.files[1]?.sha256, first.files[1]?.sha256, "the file itself did change");
  assert.equal(again.identity, first.identity);
});

test("another content under the same version is another package", async (t) => {
  const site = makeSite(t);
  site.install("ninja", "1.11.1", RECORD);
  const first = await site.look("ninja");
  site.install("ninja", "1.11.1", RECORD.replace("bbb", "ccc"));
  assert.notEqual((await site.look("ninja", first)).identity, first.identity);
});

test("not installed: version null; without RECORD the metadata counts; egg-info is read", async (t) => {
  const site = makeSite(t);
  assert.deepEqual(await site.look("torch"), { name: "torch", version: null, identity: "", files: [] });
  site.write("cmake-3.27.egg-info/PKG-INFO", "Name: cmake\nVersion: 3.27\n");
  const cmake = await site.look("cmake");
  assert.equal(cmake.version, "3.27");
  site.write("cmake-3.27.egg-info/PKG-INFO", "Name: cmake\nVersion: 3.27\nSummary: other\n");
  assert.notEqual((await site.look("cmake", cmake)).identity, cmake.identity);
  site.write("meson.egg-info/PKG-INFO", "Name: meson\nVersion: 1.5\n");
  assert.equal((await site.look("meson")).version, "1.5");
});

test("an editable install counts by its metadata, not by its glue", async (t) => {
  const site = makeSite(t);
  const editable = JSON.stringify({ url: "file:///src/pybind11", dir_info: { editable: true } });
  site.install("pybind11", "2.13", "__editable__.pth,sha256=a,1\n", { "direct_url.json": editable });
  const first = await site.look("pybind11");
  site.install("pybind11", "2.13", "__editable__.pth,sha256=b,1\n", { "direct_url.json": editable });
  assert.equal((await site.look("pybind11", first)).identity, first.identity);
});

test("a torch that was rebuilt under one version string differs by its libraries", async (t) => {
  const site = makeSite(t);
  const source = join(site.folder, "src");
  const editable = JSON.stringify({ url: pathToFileURL(source).href, dir_info: { editable: true } });
  site.install("torch", "2.13.0", "__editable__.pth,sha256=a,1\n", { "direct_url.json": editable });
  site.write("src/torch/version.py", "__version__ = '2.13.0'\n");
  site.write("src/torch/lib/libc10.so", "first build");
  const first = await site.look("torch");
  utimesSync(join(source, "torch/lib/libc10.so"), 1, 1);
  assert.equal((await site.look("torch", first)).identity, first.identity, "touched");
  site.write("src/torch/lib/libc10.so", "other build");
  const second = await site.look("torch", first);
  assert.notEqual(second.identity, first.identity);
  site.write("src/torch/version.py", "__version__ = '2.13.0'\ncuda = '13.0'\n");
  assert.notEqual((await site.look("torch", second)).identity, second.identity);
});

test("an unmoved package is not read again", async (t) => {
  const site = makeSite(t);
  site.install("ninja", "1.11.1", RECORD);
  const first = await site.look("ninja");
  const marked = { ...first, identity: "kept" };
  assert.equal((await site.look("ninja", marked)).identity, "kept");
  copyFileSync(join(site.folder, "ninja-1.11.1.dist-info/RECORD"), join(site.folder, "copy"));
  site.install("ninja", "1.11.1", `${RECORD}more.py,sha256=d,1\n`);
  assert.notEqual((await site.look("ninja", marked)).identity, "kept");
});
