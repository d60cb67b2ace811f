/** A work tree on a disk that is full, or fills up during a build, at every page: the old build or the new one. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import test from "node:test";
import { modelOf } from "../helpers/bank-model.ts";
import { bankProject, type Bank } from "../helpers/bank-project.ts";
import { PAGE, type SmallDisk, cannotMount, mountSmallDisk } from "../helpers/small-disk.ts";

/** Pages that are left when a build starts; and, on a disk with room, when its recipe has begun. */
const AT_START = [0, 1, 2, 3, 4, 5, 6, 8];
const MEANWHILE = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 24];

test("a real disk with ever more room", { skip: cannotMount }, async (t) => {
  let disk: SmallDisk | undefined;
  try {
    const bank = await bankProject(t, {
      prepare(box) {
        disk = mountSmallDisk(box.path("project"));
        return box;
      },
    });
    assert.ok(disk !== undefined);
    const outcomes = await fillAndBuild(bank, disk);
    t.diagnostic(outcomes.join(", "));
    for (const code of ["E304", "E201", "E205", "new"])
      assert.ok(
        outcomes.some((one) => one.endsWith(code)),
        `none was ${code}: ${outcomes.join(", ")}`,
      );
  } finally {
    disk?.unmount();
  }
});

async function fillAndBuild(bank: Bank, disk: SmallDisk): Promise<string[]> {
  const { box, top, stateFile } = bank.project;
  const model = modelOf(bank);
  const outcomes: string[] = [];
  for (const [number, left] of [...AT_START, ...MEANWHILE].entries()) {
    const isMeanwhile = number >= AT_START.length;
    model.setSource(`t${number + 1}`);
    model.edit("pkg/glue.py", `a person's ${number}`);
    bank.order(isMeanwhile ? { fill: left * PAGE } : {});
    if (!isMeanwhile) disk.fill(left);
    const { code, stderr } = await box.cli(top);
    const told = `${left} pages left ${isMeanwhile ? "meanwhile" : "at the start"}, exit ${code}: ${stderr}`;
    assert.ok(!existsSync(stateFile("journal.json")), `the way back needed no room: ${told}`);
    assert.doesNotMatch(stderr, /E999/);
    const check = await box.cli(top, "check");
    const outcome = model.settle({ mayLackNotes: true });
    assert.equal(check.code, model.isFresh ? 0 : 10, `${told}${check.stderr}`);
    assert.equal(outcome === "old", code !== 0, told);
    outcomes.push(`${left}: ${outcome === "old" ? (/E\d{3}/.exec(stderr)?.[0] ?? told) : "new"}`);
    disk.free();
  }
  return outcomes;
}
