import assert from "node:assert/strict";
import test from "node:test";
import { movedPins, tellPins } from "../../src/fingerprint/pinned-versions.ts";
import type { Reason } from "../../src/model.ts";

const [OLD, NEW] = ["5".repeat(40), "7".repeat(40)];

function declare(tag: string, more = ""): string {
  return `set(CUTLASS_REVISION "v4.2.1")\nFetchContent_Declare(\n  vllm-flash-attn\n  GIT_REPOSITORY https://example.invalid\n  # GIT_TAG main\n  GIT_TAG ${tag}\n)\n${more}`;
}

test("a moved pin is named; comments and other edits are none", () => {
  assert.deepEqual(movedPins(declare(OLD), declare(NEW)), [{ name: "GIT_TAG", from: OLD, to: NEW }]);
  assert.deepEqual(movedPins(declare(OLD), declare(OLD).replace("v4.2.1", "v4.3.0")), [
    { name: "CUTLASS_REVISION", from: "v4.2.1", to: "v4.3.0" },
  ]);
  assert.deepEqual(movedPins(declare(OLD), declare(OLD).replace("main", "release")), []);
  assert.deepEqual(movedPins(declare(OLD), declare(OLD, "GIT_TAG v1\n")), [], "one more: not to be paired");
});

test("a reason keeps what else it says", async () => {
  const texts = new Map([
    ["a", declare(OLD)],
    ["b", declare(NEW)],
  ]);
  const read = async (id: string): Promise<string | null> => texts.get(id) ?? null;
  const told = async (path: string, text: string): Promise<string[]> => {
    const reason: Reason = { kind: "input-changed", path, from: "a", to: "b", text };
    const one = { name: "x", decision: "rebuild", reasons: [reason], fingerprint: "" } as const;
    return (await tellPins([one], read)).flatMap(({ reasons }) => reasons.map((each) => each.text));
  };
  assert.deepEqual(await told("cmake/x.cmake", "cmake/x.cmake changed; the wheel of 1 is needed"), [
    "cmake/x.cmake: GIT_TAG 555555555 -> 777777777; the wheel of 1 is needed",
  ]);
  assert.deepEqual(await told("cmake/x.txt", "cmake/x.txt changed"), ["cmake/x.txt changed"]);
});
