import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { blockOf, isBlockFirst, isEmptyHook, withoutBlock } from "../../src/install/block.ts";
import { hookText } from "../../src/install/hook-file.ts";
import { HOOK_NAMES } from "../../src/install/hook-names.ts";
import { packageRoot } from "../helpers/sandbox.ts";

const template = (name: string): string => readFileSync(join(packageRoot(), "hooks", name), "utf8");

test("the six hooks are the same lines, executable, and all of them are ours", () => {
  for (const name of HOOK_NAMES) {
    assert.equal(template(name), template("post-merge"), name);
    assert.equal(statSync(join(packageRoot(), "hooks", name)).mode & 0o111, 0o111, name);
  }
  assert.equal(isEmptyHook(withoutBlock(template("post-merge"))), true);
  assert.equal(isBlockFirst(template("post-merge")), true);
});

test("both paths reach sh as they are, whatever is in them", () => {
  const target = { node: "/o'pt/$(id)/`n`ode", program: '/a b/ü\n$& \\ "x"/cli.js' };
  const text = hookText("post-merge", target);
  assert.doesNotMatch(text, /@NODE@|@PROGRAM@/);
  const script = `${(blockOf(text) ?? "").split("\nhook=")[0]}\nprintf '%s\\0%s' "$node" "$program"`;
  const answer = spawnSync("sh", ["-c", Buffer.from(script, "latin1").toString("utf8")], {
    encoding: "utf8",
  });
  assert.equal(answer.stdout, `${target.node}\0${target.program}`);
});
