import assert from "node:assert/strict";
import test from "node:test";
import { readPython } from "../../src/closure/python-module.ts";
import { createSandbox } from "../helpers/sandbox.ts";

/**
 * Python's own library, each module as it is and as Python writes it from its syntax tree: other quotes, brackets,
 * line breaks and no comments. Left out is what the reader does not take (match) and what Python does not keep:
 * how numbers are spelt, and whether an `elif` was an `else` with an `if` in it.
 */
const SCRIPT = `
import ast, glob, io, json, os, sysconfig, tokenize
def count(text, kind, names=None):
    return sorted(t.string for t in tokenize.generate_tokens(io.StringIO(text).readline)
                  if t.type == kind and (names is None or t.string in names))
for path in sorted(glob.glob(os.path.join(sysconfig.get_path("stdlib"), "*.py")) +
                   glob.glob(os.path.join(sysconfig.get_path("stdlib"), "[c-l]*", "*.py")))[:70]:
    try:
        with open(path, encoding="utf-8", newline="") as f:
            text = f.read()
        tree = ast.parse(text)
        again = ast.unparse(tree)
        same = (count(text, tokenize.NUMBER) == count(again, tokenize.NUMBER) and
                count(text, tokenize.NAME, {"elif"}) == count(again, tokenize.NAME, {"elif"}))
    except Exception:
        continue
    if same and not any(type(n).__name__ in ("Match", "TypeAlias") for n in ast.walk(tree)):
        print(json.dumps([path, text, again]))
`;

test("Python's own library reads as Python reads it", async (t) => {
  const box = createSandbox(t);
  const { code, stdout, stderr } = await box.run(box.root, ["python3", "-B", "-c", SCRIPT]);
  assert.equal(code, 0, stderr);
  const modules = stdout.trimEnd().split("\n");
  assert.ok(modules.length > 25, `only ${modules.length} modules`);
  for (const line of modules) {
    const [path, text, again] = JSON.parse(line) as [string, string, string];
    const module = readPython(text);
    assert.notEqual(module, null, path);
    assert.equal(JSON.stringify(readPython(again)), JSON.stringify(module), path);
  }
});
