import assert from "node:assert/strict";
import test from "node:test";
import { onMac } from "../../src/build/notify.ts";

test("on macOS title and text are arguments of a fixed script, whatever they hold", () => {
  const evil = `"; do shell script "rm -rf ~`;
  const [program, ...args] = onMac(`rebuild-if-needed: ${evil}`, evil);
  assert.equal(program, "/usr/bin/osascript");
  assert.deepEqual(args, [
    "-e",
    "on run argv",
    "-e",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "-e",
    "end run",
    `rebuild-if-needed: ${evil}`,
    evil,
  ]);
});
