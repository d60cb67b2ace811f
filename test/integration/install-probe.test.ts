/** The probe: git runs our hooks for real, and nothing that the user could see happens. */
import assert from "node:assert/strict";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { HOOK_NAMES, probeHooks } from "../../src/install/index.ts";
import { createHookRepo, valueOf } from "../helpers/hook-repo.ts";

test("installed hooks fire without running anything; absent ones are silent", async (t) => {
  const repo = await createHookRepo(t);
  const { box } = repo;
  assert.deepEqual(valueOf(await probeHooks(repo.ws, box.environment)), {
    fired: [],
    silent: HOOK_NAMES,
    untried: [],
  });
  const earlier = join(repo.ws.gitDir, "hooks", "post-merge");
  box.write(earlier, "#!/bin/sh\necho run >../seen.txt\n");
  chmodSync(earlier, 0o755);
  valueOf(await repo.install());
  const probe = valueOf(await probeHooks(repo.ws, { ...box.environment, CI: "true", GIT_DIR: "/nowhere" }));
  assert.deepEqual(probe, { fired: HOOK_NAMES, silent: [], untried: [] });
  assert.deepEqual(repo.calls(), []);
  assert.equal(existsSync(box.path("seen.txt")), false);
});

test("what git does not run is silent: not executable, or switched off", async (t) => {
  const repo = await createHookRepo(t);
  valueOf(await repo.install());
  chmodSync(join(repo.ws.gitDir, "hooks", "post-merge"), 0o644);
  assert.deepEqual(valueOf(await probeHooks(repo.ws, repo.box.environment)).silent, ["post-merge"]);
  await repo.box.git(repo.top, "config", "core.hooksPath", ".empty");
  assert.deepEqual(valueOf(await probeHooks(repo.ws, repo.box.environment)).fired, []);
});

test("git before 2.36, which has no `hook run`", async (t) => {
  const repo = await createHookRepo(t);
  valueOf(await repo.install());
  const real = (await repo.box.run(repo.top, ["sh", "-c", "command -v git"])).stdout.trim();
  repo.box.write(
    "old/git",
    `#!/bin/sh\nif [ "$1" = hook ]; then echo "git: 'hook' is not a git command." >&2; exit 1; fi\nexec '${real}' "$@"\n`,
  );
  chmodSync(repo.box.path("old", "git"), 0o755);
  const environment = { ...repo.box.environment, PATH: `${repo.box.path("old")}:${process.env["PATH"]}` };
  assert.deepEqual(valueOf(await probeHooks(repo.ws, environment)).fired, HOOK_NAMES);
  chmodSync(join(repo.ws.gitDir, "hooks", "post-merge"), 0o644);
  assert.deepEqual(valueOf(await probeHooks(repo.ws, environment)).silent, ["post-merge"]);
});
