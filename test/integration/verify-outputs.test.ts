import assert from "node:assert/strict";
import { readFileSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { formatReport } from "../../src/verify/format.ts";
import { type VerifyReport, type VerifyRequest, verifyOutputs } from "../../src/verify/verify.ts";
import { extensionModule, library, put, scratch, thisPython } from "../helpers/native.ts";

const python = await thisPython();

function verify(
  top: string,
  outputs: readonly string[],
  more: Partial<VerifyRequest> = {},
): Promise<VerifyReport> {
  const environment = { PATH: process.env["PATH"] };
  return verifyOutputs({
    top,
    outputs,
    require: [],
    interpreter: python,
    environment,
    timeoutMs: 60_000,
    probe: true,
    ...more,
  });
}

function sentences(report: VerifyReport): string[] {
  return report.problems.map(({ subject, text }) => `${subject}: ${text}`);
}

/** A killed process whose parent has not yet asked for it is a zombie, which runs no more. */
function isRunning(pid: string): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** `pkg/__init__.py` that imports `pkg._C`. */
function packageIn(top: string, init = "from ._C import answer\n"): void {
  put(join(top, "pkg", "__init__.py"), init);
}

test("a good build in the tree, with nothing installed", async (t) => {
  const top = scratch(t);
  packageIn(top);
  const output = extensionModule(python, join(top, "pkg"), "_C");
  const glue = put(join(top, "pkg", "glue.py"), "from ._C import answer as flash_attn_varlen_func\n");
  const require = [
    "pkg._C",
    "pkg:answer",
    "pkg.glue:flash_attn_varlen_func",
    "pkg:glue.flash_attn_varlen_func",
  ];
  const before = readdirSync(join(top, "pkg"));
  const report = await verify(top, [output, glue], { require });
  assert.deepEqual(report.problems, []);
  assert.deepEqual(report.warnings, []);
  assert.deepEqual(report.checked, { libraries: 1, modules: 3, names: 3 });
  assert.deepEqual(formatReport("core", report), [
    `core: good (1 library, 3 modules, 3 names checked in ${report.elapsedMs} ms)`,
  ]);
  assert.deepEqual(readdirSync(join(top, "pkg")), before, "nothing is written into the tree");
});

test("a required name is missing", async (t) => {
  const top = scratch(t);
  packageIn(top);
  const output = extensionModule(python, join(top, "pkg"), "_C");
  const report = await verify(top, [output], {
    require: ["pkg._C:flash_attn_varlen_func", "pkg:answer.nothing"],
  });
  const file = `pkg/_C${python.extSuffix}`;
  assert.deepEqual(sentences(report), [
    `pkg._C:flash_attn_varlen_func: is missing: cannot import name 'flash_attn_varlen_func' from 'pkg._C' (${file})`,
    "pkg:answer.nothing: is missing: cannot import name 'answer.nothing' from 'pkg' (pkg/__init__.py)",
  ]);
});

test("an undefined symbol is named once, with its cause", async (t) => {
  const top = scratch(t);
  packageIn(top);
  const output = extensionModule(python, join(top, "pkg"), "_C", {
    before: "int absent(void);",
    body: "absent();",
  });
  const report = await verify(top, [output]);
  assert.deepEqual(report.problems, [
    {
      subject: `pkg/_C${python.extSuffix}`,
      text: "has undefined symbols: absent",
      cause:
        "None of its libraries defines it: a source file left out of the link, or a library that has changed.",
    },
  ]);
});

test("a crash at import is a result, and the others are still checked", async (t) => {
  const top = scratch(t);
  const crash = extensionModule(python, top, "crash", { body: 'fputs("cannot go on\\n", stderr); abort();' });
  const good = extensionModule(python, top, "good");
  const raises = extensionModule(python, top, "raises", {
    body: 'PyErr_SetString(PyExc_ValueError, "no luck"); return 0;',
  });
  const report = await verify(top, [crash, good, raises], { require: ["crash", "good:answer"] });
  assert.deepEqual(sentences(report), [
    `crash${python.extSuffix}: ended the interpreter (SIGABRT) on load: cannot go on`,
    `raises${python.extSuffix}: does not load: ValueError: no luck`,
    "crash: ended the interpreter (SIGABRT) on import: cannot go on",
  ]);
});

test("a module that ends the process is a result", async (t) => {
  const top = scratch(t);
  const report = await verify(top, [extensionModule(python, top, "leaves", { body: "_exit(0);" })]);
  assert.deepEqual(sentences(report), [
    `leaves${python.extSuffix}: ended the interpreter (exit code 0) on load`,
  ]);
});

test("a hang at import ends at the time limit, with all its processes", async (t) => {
  const top = scratch(t);
  const log = join(top, "pids");
  const body = `fork(); FILE *log = fopen("${log}", "a"); fprintf(log, "%d\\n", getpid()); fclose(log); for (;;) pause();`;
  const hang = extensionModule(python, top, "hang", { body });
  const report = await verify(top, [hang], { timeoutMs: 2000 });
  assert.equal(report.problems.length, 1);
  assert.match(sentences(report)[0] ?? "", /^hang\S+: did not load within [12]\.\d s$/);
  const pids = readFileSync(log, "utf8").trim().split("\n");
  assert.deepEqual([pids.length, pids.filter(isRunning)], [2, []]);
});

test("a sibling that Python prefers", async (t) => {
  const top = scratch(t);
  packageIn(top);
  const built = extensionModule(python, join(top, "pkg"), "_C", { suffix: ".abi3.so" });
  extensionModule(python, join(top, "pkg"), "_C");
  const stale = `pkg/_C${python.extSuffix}`;
  const report = await verify(top, [built], { require: ["pkg._C:answer"] });
  assert.deepEqual(sentences(report), [
    `pkg/_C.abi3.so: is never imported: ${stale} comes before it`,
    `pkg._C: is imported from ${stale}, not from pkg/_C.abi3.so`,
  ]);
  assert.equal(report.problems[0]?.next, `move ${stale} away, then: rebuild-if-needed verify`);
});

test("another copy of the package comes first", async (t) => {
  const top = scratch(t);
  const other = scratch(t);
  packageIn(top);
  packageIn(other);
  const built = extensionModule(python, join(top, "pkg"), "_C");
  const copy = extensionModule(python, join(other, "pkg"), "_C");
  const environment = { PATH: process.env["PATH"], PYTHONPATH: other };
  const report = await verify(top, [built], { require: ["pkg._C", "pkg"], environment });
  assert.deepEqual(sentences(report), [
    `pkg._C: is imported from ${copy}, not from pkg/_C${python.extSuffix}`,
    `pkg: is imported from ${join(other, "pkg", "__init__.py")}, not from pkg/__init__.py`,
  ]);
});

test("a package's __init__ does not run for a library alone", async (t) => {
  const top = scratch(t);
  packageIn(top, "raise RuntimeError('heavy')\n");
  const output = extensionModule(python, join(top, "pkg"), "_C");
  assert.equal((await verify(top, [output])).ok, true);
  const report = await verify(top, [output], { require: ["pkg"] });
  assert.deepEqual(sentences(report), ["pkg: cannot be imported: RuntimeError: heavy"]);
});

test("a name in a module that is required as if it were a module", async (t) => {
  const top = scratch(t);
  packageIn(top, "");
  const output = extensionModule(python, join(top, "pkg"), "_C");
  const { problems } = await verify(top, [output], { require: ["pkg._C.answer"] });
  assert.deepEqual(
    problems.map(({ cause }) => cause),
    ['pkg._C is a module: a name in it is required as "pkg._C:answer".'],
  );
});

test("a library that only its package can bring is good, with a warning", async (t) => {
  const top = scratch(t);
  packageIn(
    top,
    "import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'libs', 'libhelp.so'))\nfrom ._C import answer\n",
  );
  const libs = join(top, "pkg", "libs");
  library(join(libs, "libhelp.so"), "int help(void) { return 1; }", "-Wl,-soname,libhelp.so");
  const flags = [`-L${libs}`, "-lhelp"];
  const output = extensionModule(python, join(top, "pkg"), "_C", {
    before: "int help(void);",
    body: "help();",
    flags,
  });
  const report = await verify(top, [output]);
  assert.deepEqual(report.problems, []);
  assert.deepEqual(
    report.warnings.map(({ text }) => text),
    ["needs libhelp.so, not found, by its files; the interpreter loads it nevertheless"],
  );
});

test("outputs that are missing, of another Python, empty or not Python", async (t) => {
  const top = scratch(t);
  const foreign = extensionModule(python, top, "foreign", { suffix: ".cpython-27-x86_64-linux-gnu.so" });
  const empty = put(join(top, "empty.so"), "");
  const broken = put(join(top, "broken.py"), "def f(:\n");
  const blank = put(join(top, "blank.py"), "");
  const report = await verify(top, [join(top, "gone.so"), foreign, empty, broken, blank]);
  assert.deepEqual(sentences(report), [
    "gone.so: is not there",
    "foreign.cpython-27-x86_64-linux-gnu.so: cannot be loaded",
    "empty.so: cannot be loaded",
    sentences(report)[3], // Python's own words differ between versions
  ]);
  assert.match(sentences(report)[3] ?? "", /^broken\.py: does not compile: SyntaxError: /);
  assert.equal(report.problems[2]?.cause, "The file is broken: it is empty.");
  assert.deepEqual(report.warnings, [{ subject: "blank.py", text: "is empty" }]);
});

test("operators cannot be found without torch", async (t) => {
  const top = scratch(t);
  const output = library(join(top, "libops.so"), "int registered = 1;");
  put(join(top, "fake", "torch.py"), "raise ImportError('no torch here')\n");
  const environment = { PATH: process.env["PATH"], PYTHONPATH: join(top, "fake") };
  const report = await verify(top, [output], { require: ["torch.ops.mine.add"], environment });
  assert.deepEqual(report.problems, [
    {
      subject: "torch.ops.mine.add",
      text: "is not registered by any output",
      cause: "ImportError: no torch here",
    },
  ]);
});

test("names with spaces and bytes that are not UTF-8", async (t) => {
  const top = join(scratch(t), "a tree\n'quoted'");
  const plain = extensionModule(python, top, "named");
  const odd = join(top, `named-\uDCFF${python.extSuffix}`);
  renameSync(
    plain,
    Buffer.concat([Buffer.from(`${top}/named-`), Buffer.from([0xff]), Buffer.from(python.extSuffix)]),
  );
  const report = await verify(top, [odd]);
  assert.deepEqual(sentences(report), [], "no PyInit of that name, but it loads");
});

test("without an interpreter only files are read", async (t) => {
  const top = scratch(t);
  const output = extensionModule(python, top, "crash", { body: "abort();" });
  const report = await verify(top, [output], { require: ["crash:answer"], interpreter: null });
  assert.equal(report.ok, true);
  assert.deepEqual(report.warnings, [{ subject: "crash:answer", text: "not checked: no interpreter" }]);
});

test("an interpreter that does not start is a problem", async (t) => {
  const top = scratch(t);
  const output = extensionModule(python, top, "good");
  const report = await verify(top, [output], { interpreter: { ...python, path: join(top, "python") } });
  assert.equal(report.ok, false);
  assert.match(sentences(report).join(), /^the interpreter: could not start the checks: .*ENOENT/);
});
