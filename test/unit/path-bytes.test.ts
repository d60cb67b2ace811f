import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { decodePath, encodePath, showPath, toBytes } from "../../src/git/path-bytes.ts";

const someBytes = fc
  .oneof(
    fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
    fc.string({ unit: "binary", maxLength: 8 }).map((text) => Buffer.from(text)),
    // Cut and joined code points: where broken and good bytes meet.
    fc
      .array(fc.constantFrom("é", "漢", "😀", "\xff"), { maxLength: 4 })
      .map((parts) => Buffer.from(parts.join("")).subarray(1)),
  )
  .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0)));

test("any bytes come back as they were", () => {
  fc.assert(
    fc.property(someBytes, (bytes) => {
      assert.deepEqual(toBytes(decodePath(bytes)), bytes);
    }),
    { numRuns: 1000 },
  );
});

test("two names that differ never become one", () => {
  fc.assert(
    fc.property(someBytes, someBytes, (one, two) => {
      assert.equal(decodePath(one) === decodePath(two), one.equals(two));
    }),
    { numRuns: 1000 },
  );
});

test("and so through JSON, in which state is kept", () => {
  fc.assert(
    fc.property(someBytes, (bytes) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was just written
      const read = JSON.parse(JSON.stringify(decodePath(bytes))) as string;
      assert.deepEqual(toBytes(read), bytes);
    }),
  );
});

test("a name that is UTF-8 stays a plain string for the file system", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 8 }), (name) => {
      const path = decodePath(Buffer.from(name));
      assert.equal(path, name);
      assert.equal(encodePath(path), name);
    }),
  );
});

test("a name that is not becomes bytes", () => {
  const latin = Buffer.from("caf\xe9/x.cu", "latin1");
  assert.deepEqual(encodePath(decodePath(latin)), latin);
});

test("what people see has no control character and no broken one", () => {
  fc.assert(
    fc.property(someBytes, (bytes) => {
      const shown = showPath(decodePath(bytes));
      // oxlint-disable-next-line no-control-regex -- these are what must not be there
      assert.doesNotMatch(shown, /[\u0000-\u001f\u007f]/u);
      assert.equal(Buffer.from(shown).toString("utf8"), shown);
    }),
  );
  assert.equal(showPath(decodePath(Buffer.from("a\n\x1b[31m\xff", "latin1"))), String.raw`a\x0a\x1b[31m\xff`);
});
