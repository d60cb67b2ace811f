/** When the hook answers by itself and when it starts Node, in every shell that may be /bin/sh. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { hookText } from "../../src/install/hook-file.ts";
import type { RunResult } from "../helpers/sandbox.ts";
import { createHookRepo, type HookRepo } from "../helpers/hook-repo.ts";

const SHELLS: readonly (readonly string[])[] = [["dash"], ["bash"], ["bash", "--posix"], ["busybox", "ash"]];
const FRESH = "exit 42\n";

for (const shell of SHELLS) {
  const name = shell.join(" ");
  const isThere = spawnSync(shell[0] ?? "", [...shell.slice(1), "-c", ":"]).status === 0;
  const isRequired = process.platform === "linux" && (process.env["CI"] ?? "") !== "";
  test(
    `the hook in ${name}`,
    { skip: isThere || isRequired ? false : `${name} is not installed` },
    async (t) => {
      await t.test("fresh.sh that says 42 ends it: silent, no program", async (s) => {
        const { fire, repo } = await prepare(s, shell, FRESH);
        // An empty PATH proves that sh needs no other program of its own.
        assert.deepEqual(await fire(["0"], { PATH: "/nowhere" }), { code: 0, stdout: "", stderr: "" });
        assert.deepEqual(repo.calls(), []);
      });

      const long: Readonly<Record<string, string | null>> = {
        "no fresh.sh": null,
        "fresh.sh with another status": "exit 0\n",
        "fresh.sh cut in a line": 'case "$(stat',
        "fresh.sh cut between lines": 'case "$(echo a)" in\na) ;;\n*) exit 1 ;;\n',
        "an empty fresh.sh": "",
        "fresh.sh that prints": "echo noise; echo noise >&2; exit 1\n",
      };
      for (const [what, text] of Object.entries(long)) {
        await t.test(`${what}: the program is asked, silently`, async (s) => {
          const { fire, repo } = await prepare(s, shell, text);
          assert.deepEqual(await fire(["0"]), { code: 0, stdout: "", stderr: "" });
          assert.deepEqual(
            repo.calls().map((call) => call.argv),
            [["hook", "post-merge", "0"]],
          );
        });
      }

      const off: Readonly<Record<string, Record<string, string>>> = {
        "CI is set": { CI: "true" },
        "it is switched off": { REBUILD_IF_NEEDED: "0" },
        "a build runs git": { REBUILD_IF_NEEDED_BUILD: "1" },
      };
      for (const [what, env] of Object.entries(off)) {
        await t.test(`nothing when ${what}`, async (s) => {
          const { fire, repo } = await prepare(s, shell, null);
          assert.deepEqual(await fire(["0"], env), { code: 0, stdout: "", stderr: "" });
          assert.deepEqual(repo.calls(), []);
        });
      }

      await t.test("an empty CI or another word in the switch changes nothing", async (s) => {
        const { fire, repo } = await prepare(s, shell, null);
        await fire(["0"], { CI: "", REBUILD_IF_NEEDED: "1", REBUILD_IF_NEEDED_BUILD: "" });
        assert.equal(repo.calls().length, 1);
      });

      await t.test("post-index-change acts only when files changed", async (s) => {
        const { fire, repo } = await prepare(s, shell, null, "post-index-change");
        await fire(["0", "0"]);
        await fire([]);
        assert.deepEqual(repo.calls(), []);
        await fire(["1", "0"]);
        assert.deepEqual(
          repo.calls().map((call) => call.argv),
          [["hook", "post-index-change", "1", "0"]],
        );
      });

      await t.test("GIT_DIR names the state folder", async (s) => {
        const { fire, repo } = await prepare(s, shell, null);
        repo.box.write("other git/rebuild-if-needed/fresh.sh", FRESH);
        await fire(["0"], { GIT_DIR: repo.box.path("other git") });
        assert.deepEqual(repo.calls(), []);
      });

      await t.test(
        "Node starts without NODE_EXTRA_CA_CERTS, which goes along under another name",
        async (s) => {
          const { fire, repo } = await prepare(s, shell, null);
          await fire(["a b", "*", ""], { NODE_EXTRA_CA_CERTS: "/etc/some ca.pem" });
          const [call] = repo.calls();
          assert.deepEqual(call, {
            argv: ["hook", "post-merge", "a b", "*", ""],
            cwd: repo.top,
            ca: "/etc/some ca.pem",
            extraCa: null,
          });
        },
      );

      await t.test("a program that has gone is said in one line and marked, and git goes on", async (s) => {
        const { fire, repo } = await prepare(s, shell, "exit 1\n");
        rmSync(repo.program);
        assert.deepEqual(await fire(["0"]), { code: 0, stdout: "", stderr: gone(repo) });
        assert.ok(existsSync(join(repo.ws.stateDir, "check-pending")));
      });

      await t.test("a state folder that cannot be marked is no trouble", async (s) => {
        const { fire, repo } = await prepare(s, shell, null);
        rmSync(repo.program);
        mkdirSync(join(repo.ws.stateDir, "check-pending"), { recursive: true });
        assert.deepEqual(await fire(["0"]), { code: 0, stdout: "", stderr: gone(repo) });
      });

      await t.test("a node that has gone is looked for on PATH, but not inside the tree", async (s) => {
        const { fire, repo } = await prepare(s, shell, null, "post-merge", "/nowhere/node");
        const bin = repo.box.path("bin");
        mkdirSync(bin);
        symlinkSync(process.execPath, join(bin, "node"));
        await fire(["0"], { PATH: `${bin}:/usr/bin:/bin` });
        assert.equal(repo.calls().length, 1);

        mkdirSync(join(repo.top, "tools"));
        symlinkSync(process.execPath, join(repo.top, "tools", "node"));
        for (const path of [join(repo.top, "tools"), "tools"]) {
          const result = await fire(["0"], { PATH: `${path}:${bin}` });
          assert.deepEqual(result, { code: 0, stdout: "", stderr: gone(repo) }, path);
        }
        assert.deepEqual(repo.calls(), []);
      });

      await t.test("a node that cannot start is as good as gone", async (s) => {
        const repo = await createHookRepo(s);
        repo.box.write("broken-node", "#!/no/such/interpreter\n");
        chmodSync(repo.box.path("broken-node"), 0o755);
        const fire = hookRunner(repo, shell, "post-merge", repo.box.path("broken-node"));
        const result = await fire(["0"]);
        assert.equal(result.code, 0);
        assert.ok(result.stderr.endsWith(gone(repo)), result.stderr);
      });
    },
  );
}

function gone(repo: HookRepo): string {
  return `rebuild-if-needed: not checked, because node or ${repo.program} has gone. Next: rebuild-if-needed install\n`;
}

type Fire = (args: readonly string[], env?: Record<string, string>) => Promise<RunResult>;

async function prepare(
  t: Parameters<typeof createHookRepo>[0],
  shell: readonly string[],
  freshScript: string | null,
  name: "post-merge" | "post-index-change" = "post-merge",
  node: string = process.execPath,
): Promise<{ readonly fire: Fire; readonly repo: HookRepo }> {
  const repo = await createHookRepo(t);
  if (freshScript !== null) repo.box.write(join(repo.ws.stateDir, "fresh.sh"), freshScript);
  return { fire: hookRunner(repo, shell, name, node), repo };
}

/** Starts the hook as git does, from the top of the work tree, but in the given shell. */
function hookRunner(
  repo: HookRepo,
  shell: readonly string[],
  name: "post-merge" | "post-index-change",
  node: string,
): Fire {
  const path = join(repo.ws.gitDir, "hooks", name);
  repo.box.write(path, Buffer.from(hookText(name, { node, program: repo.program }), "latin1"));
  const found = spawnSync("sh", ["-c", `command -v ${shell[0]}`], { encoding: "utf8" }).stdout.trim();
  return (args, env = {}) => repo.box.run(repo.top, [found, ...shell.slice(1), path, ...args], { env });
}
