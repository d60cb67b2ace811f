import assert from "node:assert/strict";
import test from "node:test";
import { builtProject } from "../helpers/driven-project.ts";

test("a failed build: the cause, then what the compiler said, then the log and the command to type", async (t) => {
  const project = await builtProject(t);
  const page = Array.from({ length: 30 }, (_, at) => `  File "setuptools.py", line ${at}, in run`).join("\n");
  project.drive("say", `cc -c a.c\na.c:1:10: fatal error: Python.h: No such file or directory\n${page}`);
  project.drive("fail", "1");
  project.write("csrc/a.txt", "two\n");
  const { code, stderr } = await project.box.cli(project.top);
  assert.equal(code, 1);
  const [end = ""] = stderr.split("rebuild-if-needed: ").slice(-1);
  const lines = end.trimEnd().split("\n");
  assert.match(
    lines[0] ?? "",
    /^E201 build failed \(python\S*, exit 1\)\. Your previous build is untouched\.$/,
  );
  assert.equal(lines[1], "Python's headers are not installed");
  assert.equal(lines[2], "  a.c:1:10: fatal error: Python.h: No such file or directory");
  assert.match(lines.at(-2) ?? "", /^Log: \S+output\.log$/);
  assert.match(
    lines.at(-1) ?? "",
    /^Next: Debian and Ubuntu: sudo apt install python3-dev;.*; then: rebuild-if-needed$/,
  );
});
