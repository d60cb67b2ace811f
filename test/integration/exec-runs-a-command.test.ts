/** `exec -- CMD`: its streams, its arguments, its signals and its exit code are those of CMD itself. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import test from "node:test";
import { builtProject, CONFIG, drivenProject, type Driven } from "../helpers/driven-project.ts";
import { programUnderTest } from "../helpers/sandbox.ts";
import { until } from "../helpers/until.ts";

test("exec of a fresh tree", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  const exec = (...argv: readonly string[]) => box.cli(top, "exec", "--", ...argv);

  await t.test("exit codes are CMD's own, and 128 + n when it dies of a signal", async () => {
    for (const code of [0, 3, 255]) assert.equal((await exec("sh", "-c", `exit ${code}`)).code, code);
    for (const [signal, code] of [
      ["KILL", 137],
      ["INT", 130],
    ] as const)
      assert.equal((await exec("sh", "-c", `kill -${signal} $$`)).code, code);
  });

  await t.test("arguments arrive as they are: options, our own too, spaces, none, another --", async () => {
    const given = ["--json", "--help", "-h", "a b", "", "*", "--", "$HOME", "ü\n"];
    const { stdout, stderr } = await exec("python3", "-c", "import sys; print(sys.argv[1:])", ...given);
    assert.equal(stdout, `['--json', '--help', '-h', 'a b', '', '*', '--', '$HOME', 'ü\\n']\n`);
    assert.equal(stderr, "", "a fresh tree adds nothing");
  });

  await t.test("a pipe stays a pipe, byte for byte", async () => {
    const argv = [process.execPath, programUnderTest(), "exec", "--", "sh", "-c", "cat; echo err >&2"];
    const answer = await box.run(top, argv, { input: "a\0b\n" });
    assert.deepEqual(answer, { code: 0, stdout: "a\0b\n", stderr: "err\n" });
  });

  await t.test("a terminal stays a terminal", async () => {
    const python = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
    const look = "import os, sys; print([os.isatty(n) for n in range(3)]); sys.exit(4)";
    const argv = [process.execPath, programUnderTest(), "exec", "--", "python3", "-c", look];
    const { code, stdout } = await box.run(top, ["python3", "-c", python, ...argv]);
    assert.deepEqual([code, stdout], [4, "[True, True, True]\r\n"]);
  });

  await t.test("CMD runs where exec was typed, with the environment that it was typed in", async () => {
    const argv = ["exec", "--", "sh", "-c", 'pwd; echo "$GIT_DIR $NODE_EXTRA_CA_CERTS $CI"'];
    const { stdout } = await box
      .with({ GIT_DIR: "/some/where", NODE_EXTRA_CA_CERTS: "/x.pem", CI: "1" })
      .cli(`${top}/csrc`, ...argv);
    assert.equal(stdout, `${top}/csrc\n/some/where /x.pem 1\n`);
  });

  await t.test("a program that is not there: told as ours, after the build was found fresh", async () => {
    const { code, stdout, stderr } = await exec("no-such-program");
    assert.deepEqual([code, stdout], [2, ""]);
    assert.equal(
      stderr,
      "rebuild-if-needed: E104 no-such-program was not found (ENOENT). Nothing was run; the build is fresh. Next: command -v no-such-program\n",
    );
  });

  for (const [argv, message, next] of [
    [["exec"], "exec needs a command", "pytest"],
    [["exec", "--"], "exec needs a command", "pytest"],
    [["exec", "pytest", "-x"], 'exec takes its command after --, not "pytest"', "pytest -x"],
    [["exec", "env", "--", "pytest"], 'exec takes its command after --, not "env"', "env pytest"],
  ] as const) {
    await t.test(`${argv.join(" ")}: E104 with what to type`, async () => {
      const { code, stderr } = await box.cli(top, ...argv);
      assert.equal(code, 2);
      assert.equal(
        stderr,
        `rebuild-if-needed: E104 ${message}. Nothing was changed. Next: rebuild-if-needed exec -- ${next}\n`,
      );
    });
  }

  await t.test("signals that are sent to exec alone reach CMD, whose answer counts", async () => {
    const ready = box.path("ready");
    const python =
      "import signal, sys, time\n" +
      "for n, code in [(signal.SIGTERM, 41), (signal.SIGINT, 42), (signal.SIGHUP, 43)]: signal.signal(n, lambda *_, code=code: sys.exit(code))\n" +
      `with open(${JSON.stringify(ready)}, 'a') as note:\n    note.write('x')\n` + // a signal in the middle of a file's end without it is swallowed
      "while True: time.sleep(0.01)\n";
    let started = 0;
    for (const [signal, code] of [
      ["SIGTERM", 41],
      ["SIGINT", 42],
      ["SIGHUP", 43],
    ] as const) {
      const child = spawn(process.execPath, [programUnderTest(), "exec", "--", "python3", "-c", python], {
        cwd: top,
        env: box.environment,
        stdio: "ignore",
      });
      const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
      started += 1;
      await until(() => existsSync(ready) && readFileSync(ready, "utf8").length === started, "CMD");
      child.kill(signal);
      assert.equal(await ended, code, signal);
    }
  });
});

test("^C in a terminal reaches CMD, once, and CMD's answer counts", async (t) => {
  const { box, top } = await builtProject(t);
  const command =
    "import signal, time\n" +
    "count = 0\n" +
    "def note(*_):\n" +
    "    global count\n" +
    "    count += 1\n" +
    "signal.signal(signal.SIGINT, note)\n" +
    "print('ready', flush=True)\n" +
    // It may come in the midst of a print, or just before a read: the handler does neither, and nothing waits in one.
    "while count == 0: time.sleep(0.01)\n" +
    "print('noted', flush=True)\n" +
    "input()\n" +
    "raise SystemExit(70 + count)\n";
  const typist =
    "import os, pty, select, sys\n" +
    "child, terminal = pty.fork()\n" +
    "if child == 0:\n" +
    "    os.execvp(sys.argv[1], sys.argv[1:])\n" +
    "def wait_for(word):\n" +
    "    seen = b''\n" +
    "    while word not in seen:\n" +
    "        if not select.select([terminal], [], [], 20)[0]: sys.exit(f'no {word} after {seen}')\n" +
    "        try: seen += os.read(terminal, 1000)\n" +
    "        except OSError: sys.exit(f'{os.waitpid(child, 0)} before {word} after {seen}')\n" +
    "wait_for(b'ready')\n" +
    "os.write(terminal, b'\\x03')\n" +
    "wait_for(b'noted')\n" +
    "os.write(terminal, b'\\n')\n" +
    "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n";
  const argv = [process.execPath, programUnderTest(), "exec", "--", "python3", "-c", command];
  const { code, stderr } = await box.run(top, ["python3", "-c", typist, ...argv], { limitMs: 60_000 });
  assert.equal(code, 71, stderr);
});

test("two execs at once make one build, and each runs its command after it", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  project.write("csrc/a.txt", "two\n");
  const answers = await Promise.all([execImport(project), execImport(project)]);
  for (const { code, stdout, stderr } of answers)
    assert.deepEqual([code, stdout], [0, "b'two\\nbee\\n'\n"], stderr);
  assert.equal(project.starts(), 2, "one more than the first build");

  await t.test("stdin is not eaten by the build, and its output is no output of CMD", async () => {
    project.write("csrc/a.txt", "three\n");
    project.drive("say", "recipe speaks");
    const argv = [process.execPath, programUnderTest(), "exec", "--", "cat"];
    const { stdout, stderr } = await box.run(top, argv, { input: "for CMD\n" });
    assert.equal(stdout, "for CMD\n");
    assert.match(stderr, /recipe speaks/);
  });
});

test("exec waits for a build that runs, also where that build has touched nothing yet and all is fresh", async (t) => {
  const files = {
    "rebuild-if-needed.toml": CONFIG.replace("recipe = [[", 'recipe = [["python", "hold.py"], ['),
    "hold.py":
      "import os, time\n" +
      "if os.path.exists('../drive/hold'): open('../drive/holding', 'w').close()\n" +
      "while os.path.exists('../drive/hold'): time.sleep(0.005)\n",
  };
  const project = await builtProject(t, { files });
  const { box, top } = project;
  box.write("drive/hold", "");
  const forced = box.cli(top, "--force");
  await until(() => existsSync(box.path("drive", "holding")), "the recipe");
  assert.equal((await box.cli(top, "check")).code, 0, "fresh, though a build runs");
  let said = "";
  const child = spawn(process.execPath, [programUnderTest(), "exec", "--", "touch", box.path("ran")], {
    cwd: top,
    env: box.environment,
    stdio: ["ignore", "ignore", "pipe"],
  });
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  await until(() => said.includes("waiting for the build that runs already"), "exec to wait");
  assert.ok(!existsSync(box.path("ran")));
  rmSync(box.path("drive", "hold"));
  assert.equal((await forced).code, 0);
  assert.equal(await ended, 0, said);
  assert.ok(existsSync(box.path("ran")));
  assert.equal(project.starts(), 2, "the forced build is enough");
});

test("exec without a build makes the first one; cancelled by ^C it runs nothing and ends with 130", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  project.drive("wait");
  const child = spawn(process.execPath, [programUnderTest(), "exec", "--", "touch", box.path("ran")], {
    cwd: top,
    env: box.environment,
    stdio: "ignore",
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  await project.untilWaiting();
  child.kill("SIGINT");
  assert.equal(await ended, 130);
  assert.ok(!existsSync(box.path("ran")));
  project.release("wait");
  assert.equal((await execImport(project)).stdout, "b'one\\nbee\\n'\n");
});

function execImport({ box, top }: Driven): ReturnType<typeof box.cli> {
  const python = "import sys; sys.path.insert(0, '.'); from pkg import glue; print(glue.VALUE)";
  return box.cli(top, "exec", "--", "python3", "-B", "-c", python);
}
