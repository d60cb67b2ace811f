import assert from "node:assert/strict";
import test from "node:test";
import { planLevel, rungsFrom } from "../../src/build/levels.ts";
import { isLoadable } from "../../src/build/loadable.ts";

const RECIPE = [
  ["cmake", "-S", ".", "-B", "build"],
  ["cmake", "--build", "build"],
  ["cmake", "--install", "build"],
];

test("only a reconfigure asks CMake to forget its cache, and only where it configures", () => {
  assert.deepEqual(planLevel(RECIPE, "incremental"), RECIPE);
  assert.deepEqual(planLevel(RECIPE, "clean"), RECIPE);
  assert.deepEqual(planLevel(RECIPE, "reconfigure"), [
    ["cmake", "-S", ".", "-B", "build", "--fresh"],
    ...RECIPE.slice(1),
  ]);
  assert.deepEqual(planLevel([["cmake", "--preset", "x"]], "reconfigure"), [
    ["cmake", "--preset", "x", "--fresh"],
  ]);
  assert.deepEqual(planLevel([["python", "-m", "pip", "-S"]], "reconfigure"), [
    ["python", "-m", "pip", "-S"],
  ]);
});

test("a ladder goes up from where it starts and ends clean", () => {
  assert.deepEqual(rungsFrom("incremental"), ["incremental", "reconfigure", "clean"]);
  assert.deepEqual(rungsFrom("reconfigure"), ["reconfigure", "clean"]);
  assert.deepEqual(rungsFrom("clean"), ["clean"]);
});

const LOADABLE = [
  "vllm/_C.abi3.so",
  "vllm/vllm_flash_attn/flash_attn_interface.py",
  "pkg/a.pyd",
  "pkg/lib.dylib",
  "pkg/builder/x.py",
  "pkg/a b\n.py",
];

const NOT_LOADABLE = [
  "pkg/notes.txt",
  "pkg/a.so.bak",
  "pkg/__pycache__/a.py",
  "build/lib/pkg/a.py",
  "pkg/build/a.so",
  "pkg.egg-info/a.py",
  "pkg/.cache/a.py",
  ".venv/lib/python3.12/site-packages/a.py",
  "venv/lib/a.so",
  "pkg/node_modules/a.py",
  "cmake-build-debug/a.so",
  "pkg/.rebuild-if-needed-tmp-1-a.so",
];

test("kinds that Python loads, outside build folders and caches", () => {
  assert.deepEqual(
    LOADABLE.filter((path) => !isLoadable(path)),
    [],
  );
  assert.deepEqual(NOT_LOADABLE.filter(isLoadable), []);
});
