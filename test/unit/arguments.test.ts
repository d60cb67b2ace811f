import assert from "node:assert/strict";
import test from "node:test";
import type { CommandLine } from "../../src/command-line/table.ts";
import { asksForHelp, parse } from "../../src/commands/arguments.ts";

const LINE: CommandLine = {
  says: "",
  options: [
    { name: "json", says: "" },
    { name: "force", says: "" },
    { name: "no-wait", says: "" },
    { name: "extension", value: "NAME", many: true, says: "" },
    { name: "from", value: "REV", says: "" },
  ],
};
const WITH_ONE: CommandLine = { ...LINE, operand: { shown: "REV", kind: "revision", most: 1 } };

test("flags, values and positionals", () => {
  const parsed = parse(
    "preview",
    ["--json", "--extension", "a", "main", "--extension=b", "--from", "x"],
    WITH_ONE,
  );
  assert.ok(parsed.ok);
  assert.deepEqual([...parsed.value.flags], ["json"]);
  assert.deepEqual(parsed.value.values.get("extension"), ["a", "b"]);
  assert.deepEqual(parsed.value.values.get("from"), ["x"]);
  assert.deepEqual(parsed.value.positionals, ["main"]);
});

test("after -- everything is a name, also what looks like an option", () => {
  const parsed = parse("why", ["--", "--force"], WITH_ONE);
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.value.positionals, ["--force"]);
  assert.equal(parsed.value.flags.size, 0);
});

/** argv, and the message. */
const REFUSED: readonly (readonly [readonly string[], string])[] = [
  [["--jsn"], "rebuild-if-needed has no option --jsn. Did you mean --json? Nothing was changed."],
  [["--nowait"], "rebuild-if-needed has no option --nowait. Did you mean --no-wait? Nothing was changed."],
  [["--ext=a"], "rebuild-if-needed has no option --ext=a. Did you mean --extension? Nothing was changed."],
  [["--zzzzzz"], "rebuild-if-needed has no option --zzzzzz. Nothing was changed."],
  [["--constructor"], "rebuild-if-needed has no option --constructor. Nothing was changed."],
  [["now"], `rebuild-if-needed takes no "now" here. Nothing was changed.`],
];

for (const [argv, message] of REFUSED) {
  test(`refuses ${argv.join(" ")}`, () => {
    const parsed = parse("rebuild", argv, LINE);
    assert.ok(!parsed.ok);
    assert.deepEqual(parsed.failure, {
      code: "E104",
      message,
      next: "rebuild-if-needed help rebuild",
      exit: 2,
    });
  });
}

for (const argv of [["--extension"], ["--json=yes"], ["-x"]]) {
  test(`refuses ${argv.join(" ")} in one line`, () => {
    const parsed = parse("rebuild", argv, LINE);
    assert.ok(!parsed.ok);
    assert.equal(parsed.failure.code, "E104");
    assert.match(parsed.failure.message, /^rebuild-if-needed: [^\n]+\. Nothing was changed\.$/);
  });
}

test("help is asked for before --, not after it", () => {
  assert.ok(asksForHelp(["--json", "--help"]));
  assert.ok(asksForHelp(["-h"]));
  assert.ok(!asksForHelp(["--", "pytest", "--help"]));
});
