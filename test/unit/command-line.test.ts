/** One table: parser, help and completions cannot say different things. */
import assert from "node:assert/strict";
import test from "node:test";
import { bashCompletion } from "../../src/command-line/bash.ts";
import { fishCompletion } from "../../src/command-line/fish.ts";
import { commandHelp, helpText } from "../../src/command-line/help-text.ts";
import { quoteForFish, quoteForSh } from "../../src/command-line/prompt.ts";
import { COMMAND_NAMES, commandLine } from "../../src/command-line/table.ts";
import { zshCompletion } from "../../src/command-line/zsh.ts";
import { parse } from "../../src/commands/arguments.ts";
import { findCommand } from "../../src/commands/index.ts";

for (const name of COMMAND_NAMES) {
  test(`${name}: it is there, and what its line lists is parsed and told`, async () => {
    const command = await findCommand(name)?.();
    assert.equal(typeof command?.run, "function");
    const { options, operand, says } = commandLine(name);
    const all = [helpText(), bashCompletion(), zshCompletion(), fishCompletion()];
    for (const text of all) assert.ok(text.includes(name));
    assert.ok(commandHelp(name).includes(says));
    for (const option of options) {
      const words = [`--${option.name}`, ...(option.value === undefined ? [] : ["x"])];
      assert.ok(parse(name, words).ok, words.join(" "));
      const once = option.many === true ? [...words, ...words] : words;
      assert.ok(parse(name, once).ok, once.join(" "));
      for (const text of [...all, commandHelp(name)]) assert.ok(text.includes(option.name), option.name);
      assert.ok(commandHelp(name).includes(option.says));
    }
    assert.equal(parse(name, ["--", "a"]).ok, operand !== undefined);
    assert.ok(!parse(name, ["--no-such-option"]).ok);
  });
}

test("what hooks and builders call is no command for people", () => {
  for (const name of ["hook", "builder", "look-later"]) {
    assert.notEqual(findCommand(name), null);
    assert.ok(!helpText().split(/\s/).includes(name));
  }
  assert.equal(findCommand("constructor"), null);
});

test("the help fits on a terminal of 120 columns", () => {
  for (const line of helpText().split("\n")) assert.ok(line.length <= 120, line);
});

test("quotes of both kinds of shell", () => {
  assert.equal(quoteForSh("it's $HOME"), `'it'\\''s $HOME'`);
  assert.equal(quoteForFish("it's a \\"), String.raw`'it\'s a \\'`);
});
