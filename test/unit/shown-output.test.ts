import assert from "node:assert/strict";
import test from "node:test";
import { ShownOutput } from "../../src/build/output/shown-output.ts";
import { Tracker } from "../../src/build/output/tracker.ts";

test("what pip and setuptools tell of their own work is not shown, what goes wrong is", () => {
  const lines = [
    "$ python -m pip install --no-build-isolation --no-deps -e .",
    "Using pip 23.2.1 from /venv/lib/python3.11/site-packages/pip (python 3.11)",
    "  Running command Building editable for tiny (pyproject.toml)",
    "  Preparing editable metadata (pyproject.toml): finished with status 'done'",
    "  running build_ext",
    "  writing manifest file '/tmp/x/tiny.egg-info/SOURCES.txt'",
    "  reading pins failed: no network",
    "  torch is not installed here",
  ];
  assert.deepEqual(new ShownOutput().add(lines), [lines[0], lines[6], lines[7]]);
});

test("the same words of another recipe are shown", () => {
  const lines = ["$ sh build.sh", "running the generator", "writing kernels"];
  assert.deepEqual(new ShownOutput().add(lines), lines);
});

test("a file that has only begun is being made, one that ninja tells has ended", () => {
  const tracker = new Tracker();
  tracker.add("gcc -c a.c -o a.o");
  tracker.add("gcc -c b.c -o b.o");
  assert.equal(tracker.running, "b.o");
  tracker.add("[2/3] Building CXX object CMakeFiles/x.dir/c.cpp.o");
  assert.equal(tracker.running, null);
  tracker.add("[ 50%] Building CXX object CMakeFiles/x.dir/d.cpp.o");
  assert.equal(tracker.running, "CMakeFiles/x.dir/d.cpp.o");
  tracker.add("$ python check.py");
  assert.equal(tracker.running, null);
});
