/** What other tools did to people's files, as tests: each is named after the issue where it was told. */
import assert from "node:assert/strict";
import test from "node:test";
import { bankProject, outputsOf, productsOf } from "../helpers/bank-project.ts";
import { CONFIG, drivenProject, mustRun } from "../helpers/driven-project.ts";

/** Git-ignored, and nobody else's business. */
const IGNORED: Readonly<Record<string, string>> = {
  ".venv/pyvenv.cfg": "home = /usr/bin\n",
  ".venv/lib/python3/site-packages/torch/__init__.py": "",
  ".env": "TOKEN=1\n",
  "data/model.bin": "weights",
  "dist/pkg-1.0.whl": "wheel",
  "other/extension.so": "a library",
};

test("xformers#1203: .gitignore is no list of what may be deleted", async (t) => {
  const ignore = "/pkg/*\n!/pkg/__init__.py\n/work/\n__pycache__/\n.venv/\n.env\ndata/\ndist/\n*.so\n";
  const project = await drivenProject(t, { files: { ".gitignore": ignore } });
  const { box, top } = project;
  await mustRun(box, top);
  for (const [path, content] of Object.entries(IGNORED)) project.write(path, content);
  const assertThere = (): void => {
    for (const [path, content] of Object.entries(IGNORED)) assert.equal(project.read(path), content, path);
  };
  await mustRun(box, top, "--force");
  assertThere();
  project.write("csrc/a.txt", "two\n");
  project.drive("fail", "1");
  assert.equal((await box.cli(top)).code, 1);
  assertThere();
  project.release("fail");
  await mustRun(box, top);
  await mustRun(box, top, "undo");
  assertThere();
  await mustRun(box, top, "uninstall", "--purge");
  assertThere();
});

test("scikit-build-core#1375: a folder of sources is no build directory, whatever is typed", async (t) => {
  for (const folder of ["csrc", "pkg", "."]) {
    const config = CONFIG.replace(`build-dirs = ["work"]`, `build-dirs = ["${folder}"]`);
    const project = await drivenProject(t, { files: { "rebuild-if-needed.toml": config } });
    project.write("csrc/not-yet-added.cpp", "int f();\n");
    const before = project.digest();
    for (const args of [[], ["--force"], ["init", "--yes"], ["check"]]) {
      const { code, stderr } = await project.box.cli(project.top, ...args);
      assert.equal(code, 2, stderr);
      assert.equal(project.digest(), before, `${folder}: ${args.join(" ")}`);
    }
    assert.equal(project.starts(), 0);
  }
});

test("vllm#5456: a recipe that keeps what it finds gets no object of the build before", async (t) => {
  const build = `from pathlib import Path

Path("work").mkdir(exist_ok=True)
kept = Path("work/object.o")
if not kept.exists():
    kept.write_bytes(Path("csrc/a.txt").read_bytes())
for name in ["pkg/glue.py", "pkg/more.py"]:
    Path(name).write_text(f"VALUE = {kept.read_text()!r}\\n")
`;
  const project = await drivenProject(t, { files: { "build.py": build } });
  await mustRun(project.box, project.top);
  project.write("csrc/a.txt", "two\n");
  await mustRun(project.box, project.top);
  assert.equal(await project.imported(), "two\n two\n".trimEnd());
});

test("vllm#5456: nor does one come back on the way over a restore", async (t) => {
  const bank = await bankProject(t);
  const { box, top } = bank.project;
  for (const text of ["t2", "t0", "t4"]) {
    bank.writeSource(text);
    await mustRun(box, top);
  }
  assert.match(await mustRun(box, top, "history"), /restore/);
  const objects = [...bank.files().keys()].filter((path) => path.endsWith(".o"));
  assert.deepEqual(objects.sort(), [...productsOf("t4").keys()].sort(), "only those of the last build");
  for (const [path, content] of outputsOf("t4")) assert.equal(bank.files().get(path), content);
});
