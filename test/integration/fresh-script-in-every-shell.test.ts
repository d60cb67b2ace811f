/** fresh.sh in each sh that a system may have, and with each `stat`: it says 42 for what has not moved, or is not there. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { freshPath, writeFresh } from "../../src/fingerprint/fresh.ts";
import { decodePath } from "../../src/git/path-bytes.ts";
import { createSandbox, type Sandbox } from "../helpers/sandbox.ts";
import { needs, pathOf } from "../helpers/shells.ts";

const SHELLS: readonly (readonly string[])[] = [
  ["dash"],
  ["bash"],
  ["bash", "--posix"],
  ["busybox", "ash"],
  ["zsh", "--emulate", "sh"],
];

/** Not UTF-8: git has such names, and so must the script. */
const LATIN1 = decodePath(Buffer.from([0x66, 0xfc, 0x72]));
const NAMES = [
  "a.cu",
  "a b.cu",
  "it's.cu",
  "$(id).cu",
  "`id`.cu",
  "-n",
  "new\nline.cu",
  "größe.cu",
  "back\\slash",
  LATIN1,
];

for (const shell of SHELLS) {
  test(`fresh.sh in ${shell.join(" ")}`, needs(...shell), async (t) => {
    const ground = prepare(t);
    assert.ok(write(ground));
    const run = (): Promise<number> => runIn(ground, shell);
    assert.equal(await run(), 42);
    for (const [what, act, back] of [
      ["a file that changed", () => writeFileSync(join(ground.top, "it's.cu"), "longer"), null],
      ["a path that was not there", () => writeFileSync(ground.absent, ""), () => rmSync(ground.absent)],
      ["a file that has gone", () => rmSync(join(ground.top, "$(id).cu")), null],
    ] as const) {
      act();
      assert.notEqual(await run(), 42, what);
      back?.();
      for (const name of ["it's.cu", "$(id).cu"]) writeFileSync(join(ground.top, name), "");
      assert.ok(write(ground), "it is written anew");
      assert.equal(await run(), 42, `after ${what}`);
    }
  });
}

test("no program is looked for on PATH when the script runs", async (t) => {
  const ground = prepare(t);
  assert.ok(write(ground));
  assert.equal(await runIn(ground, ["sh"], { PATH: join(ground.top, "bin") }), 42);
  assert.equal(await runIn(ground, ["sh"], { PATH: "" }), 42);
  assert.equal(await runIn(ground, ["sh"], { PATH: undefined, HOME: undefined }), 42);
  // Names are bytes, whatever the locale of the terminal.
  assert.equal(await runIn(ground, ["sh"], { LC_ALL: "C" }), 42);
});

const STATS: Readonly<Record<string, string>> = {
  "prints whole seconds, as busybox does": `exec busybox stat "$@"`,
  "prints hundredths of a second": `/usr/bin/stat "$@" | sed 's/\\(\\.[0-9][0-9]\\)[0-9]*/\\1/g'`,
  "knows other options": `echo "stat: illegal option -- c" >&2; exit 1`,
  "prints nothing": "exit 0",
  "quotes odd names": `/usr/bin/stat "$@" | sed "s/^a b.cu/'a b.cu'/"`,
};

for (const [what, body] of Object.entries(STATS)) {
  test(`a stat that ${what}: the long way, always`, needs("busybox", "ash"), (t) => {
    const ground = prepare(t);
    const stat = ground.box.path("stat");
    writeFileSync(stat, `#!/bin/sh\n${body}\n`);
    chmodSync(stat, 0o755);
    assert.equal(write(ground, stat), false);
    assert.deepEqual(readdirSync(ground.stateDir), [], "no script, and nothing of the try");
    assert.equal(write(ground, ground.box.path("no-such-stat")), false);
  });
}

interface Ground {
  readonly box: Sandbox;
  readonly top: string;
  readonly stateDir: string;
  readonly absent: string;
}

function prepare(t: Parameters<typeof createSandbox>[0]): Ground {
  const box = createSandbox(t);
  const top = box.path("it's a 'top'\nü");
  mkdirSync(join(top, "bin"), { recursive: true });
  for (const name of NAMES.filter((one) => one !== LATIN1)) writeFileSync(join(top, name), "");
  writeFileSync(Buffer.concat([Buffer.from(`${top}/`), Buffer.from([0x66, 0xfc, 0x72])]), "");
  writeFileSync(join(top, "bin", "stat"), `#!/bin/sh\n: >${box.path("was-run")}\n`, { mode: 0o755 });
  const stateDir = box.path("state dir");
  mkdirSync(stateDir);
  return { box, top, stateDir, absent: box.path("not 'there'") };
}

function write({ top, stateDir, absent }: Ground, stat?: string): boolean {
  const lookedAtMs = Date.now() + 1000; // as if the files had not been written just now
  const paths = [".", ...NAMES];
  const request = { top, stateDir, paths, absent: [absent], lookedAtMs };
  return stat === undefined ? writeFresh(request) : writeFresh(request, stat);
}

async function runIn(ground: Ground, [name = "", ...flags]: readonly string[], env = {}): Promise<number> {
  const { box, top, stateDir } = ground;
  const argv = [pathOf(name), ...flags, "-c", '(. "$1") </dev/null', "sh", freshPath(stateDir)];
  const { code, stdout } = await box.run(top, argv, { env });
  assert.equal(stdout, "");
  assert.ok(!existsSync(box.path("was-run")), "a program of the tree was run");
  return code;
}
