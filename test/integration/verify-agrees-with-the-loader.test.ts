import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { inspectLibraries } from "../../src/verify/inspect.ts";
import { extensionModule, library, scratch, thisPython } from "../helpers/native.ts";

/** Loads each file in a process of its own, as `import` does: RTLD_NOW. */
const DLOPEN = `
import ctypes, json, os, sys
answers = []
for path in json.load(sys.stdin):
    child = os.fork()
    if child == 0:
        try:
            ctypes.CDLL(path, mode=os.RTLD_NOW)
        except OSError:
            os._exit(1)
        os._exit(0)
    answers.append(os.waitpid(child, 0)[1] == 0)
print(json.dumps(answers))
`;

test("the reader and dlopen agree on every extension module of the standard library, and on broken ones", async (t) => {
  const python = await thisPython();
  const stdlib = execFileSync(
    python.path,
    ["-c", "import sysconfig; print(sysconfig.get_config_var('DESTSHARED'))"],
    { encoding: "utf8" },
  ).trim();
  const modules = readdirSync(stdlib)
    .filter((name) => name.endsWith(".so"))
    .map((name) => join(stdlib, name));
  assert.ok(modules.length >= 30, `${modules.length} modules in ${stdlib}`);
  const folder = scratch(t);
  library(join(folder, "libgone.so"), "int gone(void) { return 1; }");
  const broken = [
    extensionModule(python, folder, "undefined", { before: "int absent(void);", body: "absent();" }),
    extensionModule(python, folder, "unfound", {
      before: "int gone(void);",
      body: "gone();",
      flags: [`-L${folder}`, "-lgone"],
    }),
    extensionModule(python, folder, "weak", {
      before: "__attribute__((weak)) int absent(void);",
      body: "if (absent) absent();",
    }),
    extensionModule(python, folder, "found", {
      before: "int gone(void);",
      body: "gone();",
      flags: [`-L${folder}`, "-lgone", "-Wl,-rpath,$ORIGIN"],
    }),
  ];
  const files = [...modules, ...broken];
  const verdicts = await inspectLibraries(files, { interpreter: python, environment: process.env });
  const input = JSON.stringify(files);
  const loads: unknown = JSON.parse(
    execFileSync(python.path, ["-c", DLOPEN], { input, encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] }),
  );
  assert.ok(Array.isArray(loads));
  const disagreements = verdicts.filter((verdict, i) => verdict.ok !== loads[i]);
  assert.deepEqual(disagreements, []);
  assert.deepEqual(loads.slice(-4), [false, false, true, true]);
});
