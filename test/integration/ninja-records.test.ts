import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { readNinja } from "../../src/build/answer/ninja-folder.ts";
import { createSandbox } from "../helpers/sandbox.ts";

const MANIFEST = `ninja_required_version = 1.5
top = .
include rules.ninja
build plain.o: compile plain.c
  DEP = plain.d
build \${top}/with$ blank.o | side: compile $
    with$ blank.c | extra.txt || stamp
  DEP = blank.d
  FLAGS = -DNAME="a$$b" $MORE
build stamp: phony plain.o
build all: phony plain.o with$ blank.o |@ check
build check: phony
default all
`;

const RULES = `MORE = -O1
rule compile
  depfile = $DEP
  deps = gcc
  command = gcc $FLAGS -MD -MF $DEP -c $in -o $out && touch side
`;

test("ninja's manifest and log are read as ninja reads them", async (t) => {
  const box = createSandbox(t);
  const folder = box.path("build");
  const files = {
    "build.ninja": MANIFEST,
    "rules.ninja": RULES,
    "plain.c": '#include "häder.h"\n',
    "with blank.c": '#include "a b.h"\nint x;\n',
    "häder.h": "int h;\n",
    "a b.h": "\n",
    "extra.txt": "",
  };
  for (const [path, text] of Object.entries(files)) box.write(join(folder, path), text);
  const built = await box.run(folder, ["ninja"]);
  assert.equal(built.code, 0, built.stdout + built.stderr);
  const build = readNinja(folder);
  assert.ok(build !== null);

  await t.test("the log holds what `ninja -t deps` prints", async () => {
    const printed = (await box.run(folder, ["ninja", "-t", "deps"])).stdout;
    const expected = printed.split("\n\n").flatMap((block) => {
      const [head = "", ...names] = block.split("\n");
      const output = /^(.*): #deps/.exec(head)?.[1];
      return output === undefined ? [] : [[output, names.map((name) => name.trim())] as const];
    });
    assert.equal(expected.length, 3); // one for each output, `side` included
    assert.deepEqual([...build.deps].sort(), expected.sort());
    assert.equal(build.deps.get("plain.o")?.includes("häder.h"), true);
    assert.equal(build.deps.get("with blank.o")?.includes("a b.h"), true);
  });

  await t.test("the manifest holds what `ninja -t targets` and `-t commands` print", async () => {
    const targets = (await box.run(folder, ["ninja", "-t", "targets", "all"])).stdout;
    const named = build.manifest.edges.flatMap((edge) =>
      edge.outputs.map((name) => `${name.replace(/^\.\//, "")}: ${edge.rule}`),
    );
    assert.deepEqual(named.sort(), targets.trimEnd().split("\n").sort());
    const commands = (await box.run(folder, ["ninja", "-t", "commands"])).stdout;
    const [first] = build.manifest.edges;
    assert.equal(commands.includes(`${first?.value("command")}\n`), true, commands);
    assert.deepEqual(build.manifest.edges[1]?.inputs, ["with blank.c", "extra.txt", "stamp"]);
    assert.deepEqual(build.manifest.edges[1]?.explicit, ["with blank.c"]);
    assert.match(build.manifest.edges[1]?.value("command") ?? "", /-DNAME="a\$b" -O1 -MD/);
    assert.deepEqual(build.manifest.defaults, ["all"]);
  });
});
