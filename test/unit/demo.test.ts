import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { findGround } from "../../src/demo/ground.ts";
import { formatCommand, formatTable, formatTime, shorten } from "../../src/demo/transcript.ts";

test("commands are shown as a person would type them", () => {
  assert.equal(formatCommand(["git", "pull"]), "git pull");
  assert.equal(formatCommand(["python", "-c", "print('a')"]), `python -c "print('a')"`);
  assert.equal(formatCommand(["echo", "a b", "$HOME 'x'"]), `echo 'a b' '$HOME '\\''x'\\'''`);
});

test("long output keeps its two ends", () => {
  const lines = shorten(Array.from({ length: 30 }, (_, at) => `line ${at}`).join("\n"));
  assert.equal(lines.length, 19);
  assert.equal(lines[0], "line 0");
  assert.equal(lines[9], "  ... 12 lines left out");
  assert.equal(lines.at(-1), "line 29");
  assert.deepEqual(shorten("one\r\ntwo\n\n"), ["one", "two"]);
  assert.deepEqual(shorten(""), []);
});

test("a table's columns are aligned", () => {
  assert.deepEqual(
    formatTable([
      ["scene", "time"],
      ["a merge", "1 s"],
    ]),
    ["scene    time", "-------  ----", "a merge  1 s"],
  );
});

test("times are read at a glance", () => {
  assert.deepEqual([4.21, 87.4, 1400].map(formatTime), ["4.2 ms", "87 ms", "1.4 s"]);
});

test("the demo names the package that is missing, before it starts anything", async (t) => {
  const folder = fakePrograms(t);
  const ask = async (): Promise<string> => {
    const ground = await findGround({ PATH: folder });
    assert.ok(!ground.ok);
    assert.equal(ground.failure.code, "E208");
    return `${ground.failure.message} ${ground.failure.next}`;
  };
  assert.match(await ask(), /needs git.*apt install git/);
  program(folder, "git", "");
  assert.match(
    await ask(),
    /needs a C\+\+ compiler.*apt install g\+\+.*dnf install gcc-c\+\+.*conda.*xcode-select/,
  );
  program(folder, "g++", "");
  assert.match(await ask(), /needs python3.*apt install python3-dev/);
  program(folder, "python3", "echo");
  assert.match(await ask(), /needs Python's headers \(Python\.h\) for .*python3.*dnf install python3-devel/);
  program(folder, "python3", "echo /opt/python/bin/python3");
  const ground = await findGround({ PATH: folder });
  assert.ok(ground.ok);
  assert.equal(ground.value.python, "/opt/python/bin/python3");
});

function fakePrograms(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "rebuild-if-needed-test-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function program(folder: string, name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}
