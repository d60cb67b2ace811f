import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { inspectLibraries } from "../../src/verify/inspect.ts";
import { namesTheSame } from "../helpers/agreement.ts";
import { askLoader } from "../helpers/loader.ts";
import { extensionModule, library, scratch, standardModules, thisPython } from "../helpers/native.ts";

test("the reader and dlopen agree on every extension module of the standard library, and on broken ones", async (t) => {
  const python = await thisPython();
  const modules = standardModules(python);
  const folder = scratch(t);
  library(join(folder, "libgone.so"), "int gone(void) { return 1; }");
  library(join(folder, "liblacking.so"), "int absent(void); int lacking(void) { return absent(); }");
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
    extensionModule(python, folder, "deeper", {
      before: "int lacking(void);",
      body: "lacking();",
      flags: [`-L${folder}`, "-llacking", "-Wl,-rpath,$ORIGIN"],
    }),
  ];
  const files = [...modules, ...broken];
  const verdicts = await inspectLibraries(files, { interpreter: python, environment: process.env });
  const answers = askLoader(python, files);
  const loads = answers.map((answer) => answer.loads);
  const disagreements = verdicts.filter((verdict, i) => verdict.ok !== loads[i]);
  assert.deepEqual(disagreements, []);
  assert.deepEqual(loads.slice(-broken.length), [false, false, true, true, false]);
  const named = verdicts.flatMap((verdict, i) => namesTheSame(verdict, answers[i] ?? assert.fail()) ?? []);
  assert.deepEqual(named, [true, true, true]);
});
