import assert from "node:assert/strict";
import { dirname } from "node:path";
import test from "node:test";
import { inspectLibraries } from "../../src/verify/inspect.ts";
import { formatTally, tally } from "../helpers/agreement.ts";
import { askLoader } from "../helpers/loader.ts";
import { scratch, standardModules, thisPython } from "../helpers/native.ts";
import { SABOTAGES } from "../helpers/sabotage.ts";
import { sabotagedCopies } from "../helpers/sabotaged.ts";
import { seeded, testSeed } from "../helpers/seeded.ts";

const COUNT = process.env["REBUILD_IF_NEEDED_SOAK"] === undefined ? 225 : 1800;

test("the reader and dlopen agree on sabotaged modules of the standard library, and name the same", async (t) => {
  const python = await thisPython();
  const seed = testSeed(20);
  t.diagnostic(`seed ${seed}: REBUILD_IF_NEEDED_SEED=${seed} repeats it`);
  const modules = standardModules(python);
  const site = dirname(modules[0] ?? "");
  const copies = sabotagedCopies(site, modules, scratch(t), COUNT, seeded(seed));
  const files = copies.map(({ path }) => path);
  const answers = askLoader(python, files);
  const verdicts = await inspectLibraries(files, { interpreter: python, environment: process.env });
  const { rows, defects } = tally(copies, verdicts, answers);
  for (const line of formatTally(rows)) t.diagnostic(line);
  assert.deepEqual(defects, []);
  for (const kind of SABOTAGES) {
    const isRare = kind === "defined symbol renamed"; // most modules define PyInit alone, which nobody looks up here
    assert.ok(isRare || (rows.get(kind)?.refused ?? 0) > 0, `no "${kind}" that matters`);
  }
});
