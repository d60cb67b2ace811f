import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { usePackedTool } from "../helpers/packed-tool.ts";
import {
  assertDocsPullRebuildsNothing,
  assertRebuiltBy,
  createPulledClone,
  type PulledClone,
  setUp,
} from "../helpers/pulled-clone.ts";
import { checkOutRelease, sourceReleases } from "../helpers/releases.ts";
import { venvCopy } from "../helpers/venv-copy.ts";

await usePackedTool();

const REQUIREMENTS = ["setuptools>=77", "setuptools_scm", "cppy", "wheel"];
/** As in the project's own repository: `version.h` is written by each build, from git's tags. */
const IGNORED = "*.so\n*.egg-info/\n/build/\n/py/src/version.h\n/PKG-INFO\n/.venv/\n";

test("kiwisolver from PyPI: a pull from 1.4.4 to 1.4.5", async (t) => {
  const releases = await sourceReleases("kiwisolver", ["1.4.4", "1.4.5"], REQUIREMENTS);
  const scene = await createPulledClone(t, {
    write: (folder) => checkOutRelease(join(releases, "kiwisolver-1.4.4"), folder, IGNORED),
    venv: (box, folder) => venvCopy(box, folder, REQUIREMENTS),
  });
  await setUp(scene, "--local");
  const output = await scene.evaluate("kiwisolver._cext", "m.__file__");
  assert.equal(await homeOfErrors(scene), "kiwisolver");

  await t.test("the hook builds the new release: it raises the errors of its new Python module", async () => {
    checkOutRelease(join(releases, "kiwisolver-1.4.5"), scene.upstream, IGNORED);
    await scene.publish({}, "1.4.5");
    await assertRebuiltBy(scene, "post-merge", () => scene.pull());
    assert.equal(await homeOfErrors(scene), "kiwisolver.exceptions");
  });
  await t.test("words alone rebuild nothing", () =>
    assertDocsPullRebuildsNothing(scene, output, "README.rst"),
  );
});

/** Module of the class of an error that the compiled solver raises; a stale library raises the old class. */
function homeOfErrors(scene: PulledClone): Promise<string> {
  return scene.python(
    "import kiwisolver as k",
    "constraint = k.Variable('v') >= 0",
    "solver = k.Solver()",
    "solver.addConstraint(constraint)",
    "try: solver.addConstraint(constraint)",
    "except Exception as error: print(type(error).__module__)",
  );
}
