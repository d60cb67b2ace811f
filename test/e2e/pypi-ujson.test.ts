import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { usePackedTool } from "../helpers/packed-tool.ts";
import {
  assertDocsPullRebuildsNothing,
  assertRebuiltBy,
  createPulledClone,
  setUp,
} from "../helpers/pulled-clone.ts";
import { checkOutRelease, sourceReleases } from "../helpers/releases.ts";
import { venvCopy } from "../helpers/venv-copy.ts";

await usePackedTool();

const REQUIREMENTS = ["setuptools>=77", "setuptools_scm"];
/** As in the project's own repository; a source release leaves it out. */
const IGNORED = "*.so\n*.egg-info/\n/build/\n/python/version.h\n/PKG-INFO\n/.venv/\n";

test("ujson from PyPI: a pull from 5.1.0 to 5.2.0", async (t) => {
  const releases = await sourceReleases("ujson", ["5.1.0", "5.2.0"], REQUIREMENTS);
  const scene = await createPulledClone(t, {
    write: (folder) => checkOutRelease(join(releases, "ujson-5.1.0"), folder, IGNORED),
    venv: (box, folder) => venvCopy(box, folder, REQUIREMENTS),
  });
  await setUp(scene, "--local");
  const output = await scene.evaluate("ujson", "m.__file__");
  assert.equal(await scene.evaluate("ujson", "hasattr(m, 'JSONDecodeError')"), "False");

  await t.test("the hook builds the new release: its exception is there", async () => {
    checkOutRelease(join(releases, "ujson-5.2.0"), scene.upstream, IGNORED);
    await scene.publish({}, "5.2.0");
    await assertRebuiltBy(scene, "post-merge", () => scene.pull());
    assert.equal(await scene.evaluate("ujson", "issubclass(m.JSONDecodeError, ValueError)"), "True");
    assert.equal(await scene.evaluate("ujson", "m.loads(m.dumps({'a': [1.5, None]}))"), "{'a': [1.5, None]}");
  });
  await t.test("words alone rebuild nothing", () => assertDocsPullRebuildsNothing(scene, output));
});
