/** Our lines in a clone's git configuration: in, and out again byte for byte, whatever stands around them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import {
  hookSettings,
  hooksPathSetting,
  isConfigured,
  isHooksPath,
  readConfigBlock,
  writeConfigBlock,
} from "../../src/install/config-block.ts";
import { createHookRepo, valueOf } from "../helpers/hook-repo.ts";

const SHAPES = [
  "[core]\n\tbare = false\n",
  "[core]\n\tbare = false", // no line end
  "[core] bare = false\n[user]\n\tname = J\xfcrgen\n\n\n",
  "# top\r\n[core]\r\n  bare=false\r\n;end\r\n",
  "",
];

for (const settings of ["hooks", "hooksPath"] as const) {
  test(`${settings}: git reads them, twice changes nothing, and every byte comes back`, async (t) => {
    const { box, top, ws } = await createHookRepo(t, `it's "a" \\ café`);
    const config = join(ws.commonDir, "config");
    const folder = join(ws.commonDir, "rebuild-if-needed", "hooks-path");
    const text = settings === "hooks" ? hookSettings(folder) : hooksPathSetting(folder);
    for (const shape of SHAPES) {
      const before = Buffer.from(shape, "latin1");
      box.write(config, before);
      valueOf(writeConfigBlock(ws, text));
      const once = readFileSync(config);
      valueOf(writeConfigBlock(ws, text));
      assert.deepEqual(readFileSync(config), once);
      if (settings === "hooks") {
        const command = await box.git(top, "config", "hook.rebuild-if-needed-post-merge.command");
        const { stdout } = await box.run(top, ["sh", "-c", `printf %s ${command}`]);
        assert.equal(stdout, join(folder, "post-merge"));
        assert.ok(isConfigured(readConfigBlock(ws), "post-merge"));
      } else {
        assert.equal(await box.git(top, "rev-parse", "--git-path", "hooks"), folder);
        assert.ok(isHooksPath(readConfigBlock(ws), folder));
      }
      valueOf(writeConfigBlock(ws, null));
      assert.deepEqual(readFileSync(config), before, JSON.stringify(shape));
    }
  });
}

test("what `git config` writes between our lines is the user's, and stays", async (t) => {
  const { box, top, ws } = await createHookRepo(t);
  const config = join(ws.commonDir, "config");
  valueOf(writeConfigBlock(ws, hooksPathSetting(join(ws.commonDir, "rebuild-if-needed", "hooks-path"))));
  await box.git(top, "config", "core.editor", "vi");
  await box.git(top, "config", "user.name", "Ada");
  valueOf(writeConfigBlock(ws, hookSettings(join(ws.commonDir, "rebuild-if-needed", "configured-hooks"))));
  valueOf(writeConfigBlock(ws, null));
  assert.equal(await box.git(top, "config", "core.editor"), "vi");
  assert.equal(await box.git(top, "config", "user.name"), "Ada");
  assert.equal(await box.git(top, "config", "core.bare"), "false");
  assert.doesNotMatch(readFileSync(config, "utf8"), /rebuild-if-needed|hooksPath/);
});
