import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import {
  blockOf,
  hasBlock,
  isBlockFirst,
  isEmptyHook,
  SHARED_BLOCK,
  withBlock,
  withoutBlock,
} from "../../src/install/block.ts";

/** Any bytes, one character each, with line ends in likely places. */
const someText = fc
  .array(
    fc.oneof(fc.constantFrom("\n", "\r\n", "# >>> ", "exit 0"), fc.string({ unit: "binary", maxLength: 8 })),
  )
  .map((parts) => parts.join(""));

test("taking the lines out gives the text from before, whatever it was", () => {
  fc.assert(
    fc.property(someText, (text) => {
      const changed = withBlock(text, SHARED_BLOCK);
      assert.equal(blockOf(changed), SHARED_BLOCK);
      assert.equal(withoutBlock(changed), text);
    }),
  );
});

test("lines that others write around ours stay", () => {
  const changed = `before\n${withBlock("", SHARED_BLOCK)}after\n`;
  assert.equal(withoutBlock(changed), "before\nafter\n");
});

test("a newer block takes the place of an older one, where that is", () => {
  const older = "a\n# >>> rebuild-if-needed >>> 0.0.1\nold\n# <<< rebuild-if-needed <<<\nb\n";
  assert.equal(withBlock(older, SHARED_BLOCK), `a\n${SHARED_BLOCK}\nb\n`);
  assert.equal(withBlock(withBlock(older, SHARED_BLOCK), SHARED_BLOCK), `a\n${SHARED_BLOCK}\nb\n`);
});

test("a marker inside a line, or an opening one alone, is no block", () => {
  assert.equal(hasBlock("echo '# >>> rebuild-if-needed >>>'\n# <<< rebuild-if-needed <<<\n"), false);
  assert.equal(hasBlock("# >>> rebuild-if-needed >>>\necho cut short"), false);
});

test("only comments and blank lines may come before lines that are first", () => {
  assert.equal(isBlockFirst(withBlock("#!/bin/sh\n\n  # hello\n", SHARED_BLOCK)), true);
  assert.equal(isBlockFirst(withBlock("#!/bin/sh\nnpm ci\n", SHARED_BLOCK)), false);
  assert.equal(isBlockFirst("#!/bin/sh\n"), false);
});

test("a file is empty when no more than a shebang is left", () => {
  assert.equal(isEmptyHook("#!/bin/sh\n"), true);
  assert.equal(isEmptyHook("#!/bin/sh\n# mine\n"), false);
});
