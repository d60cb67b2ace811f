import assert from "node:assert/strict";
import { chmodSync, readFileSync } from "node:fs";
import test from "node:test";
import { manyKernels, skipWithoutNvcc } from "../helpers/kernels.ts";
import { createSandbox, type RunResult, type Sandbox } from "../helpers/sandbox.ts";

const skip = skipWithoutNvcc;

const CONFIG = `[[extension]]
name = "core"
inputs = ["built/**"]
outputs = ["pkg/*.so"]
recipe = [["cmake", "-E", "copy", "built/kernels", "pkg/_C.so"]]
`;

interface Scene {
  run(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<RunResult>;
  /** The driver of this machine has this GPU. */
  putGpu(answer: string): void;
}

/** A project whose recipe puts a library of real kernels in place, and a machine whose driver says which GPU it has. */
async function createScene(box: Sandbox): Promise<Scene> {
  const top = await box.repository("work");
  box.write("work/rebuild-if-needed.toml", CONFIG);
  box.write("work/.gitignore", "*.so\n");
  box.write("work/built/kernels", readFileSync(await manyKernels()));
  await box.commit(top, "kernels");
  const path = `${box.path("driver")}:${process.env["PATH"]}`;
  return {
    run: (env, ...args) => box.with({ PATH: path, ...env }).cli(top, ...args),
    putGpu(answer) {
      box.write(
        "driver/nvidia-smi",
        `#!/bin/sh\n[ "$1" = --query-gpu=compute_cap,name ] && echo '${answer}'\n`,
      );
      chmodSync(box.path("driver/nvidia-smi"), 0o755);
    },
  };
}

const HELD = "8.0, 9.0a, 10.0f, 12.0; PTX 9.0a, 12.0";
const AT_LAUNCH =
  "Its kernels would fail when they are launched: no kernel image is available for execution on the device.";
const ASKED = "It is of a build that was asked for other GPUs, or the build files choose by themselves.";

test("a library without code for the GPU here is refused", { skip }, async (t) => {
  const { run, putGpu } = await createScene(createSandbox(t));
  const noTuring = `pkg/_C.so: has no code for this machine's GPU (7.5, Tesla T4): it holds ${HELD}`;
  const noneOfTheList = `pkg/_C.so: has no code for 7.5, 7.0, which CUDAARCHS=75;70 asks for: it holds ${HELD}`;
  const lessThanTheList = `pkg/_C.so: has no code for 7.5, which CUDAARCHS=75;86 asks for: it holds ${HELD}`;
  const checked = "(1 library, 0 modules, 0 names checked)";
  assert.equal((await run({}, "init", "--yes")).code, 0);

  await t.test("a build of it does not count", async () => {
    putGpu("7.5, Tesla T4");
    const { code, stderr } = await run({});
    const last = stderr.trimEnd().split("\n").at(-1);
    const message = `rebuild-if-needed: E202 verification failed: ${noTuring} (${AT_LAUNCH.replace(/\.$/, "")}). There was no build before, and there is none now. Next: CUDAARCHS='75' rebuild-if-needed`;
    assert.deepEqual([last, code], [message, 1]);
  });
  await t.test("a build for a later minor version does", async () => {
    putGpu("8.9, NVIDIA L4");
    const { code, stderr } = await run({});
    assert.equal(code, 0, stderr);
  });
  await t.test("verify, where the GPU is another one", async () => {
    putGpu("7.5, Tesla T4");
    const { code, stdout } = await run({}, "verify");
    assert.deepEqual(withoutTimes(stdout), [
      `core: 1 problem ${checked}`,
      `  ${noTuring}`,
      `    ${AT_LAUNCH}`,
      "    next: CUDAARCHS='75' rebuild-if-needed",
    ]);
    assert.equal(code, 1);
  });
  await t.test("verify, where a list asks for nothing that is there", async () => {
    const { code, stdout } = await run({ CUDAARCHS: "75;70" }, "verify");
    const next = "    next: rebuild-if-needed --force";
    assert.deepEqual(withoutTimes(stdout), [
      `core: 1 problem ${checked}`,
      `  ${noneOfTheList}`,
      `    ${ASKED}`,
      next,
    ]);
    assert.equal(code, 1);
  });
  await t.test("verify, where a list asks for more than is there", async () => {
    const { code, stdout } = await run({ CUDAARCHS: "75;86" }, "verify");
    const next = "    next: rebuild-if-needed --force";
    assert.deepEqual(withoutTimes(stdout), [
      `core: good ${checked}`,
      `  warning: ${lessThanTheList}`,
      `    ${ASKED}`,
      next,
    ]);
    assert.equal(code, 0);
  });
});

test("verify FILE lists the code, and says nothing of the GPU here", { skip }, async (t) => {
  const { run, putGpu } = await createScene(createSandbox(t));
  putGpu("7.5, Tesla T4");
  const plain = await run({}, "verify", "built/kernels");
  assert.deepEqual(plain.stdout.trimEnd().split("\n"), ["ok  built/kernels", `    GPU code: ${HELD}`]);
  assert.equal(plain.code, 0);
  const { stdout } = await run({}, "verify", "built/kernels", "--json");
  assert.deepEqual(JSON.parse(stdout), {
    version: 1,
    files: [
      {
        path: "built/kernels",
        ok: true,
        missing: [],
        libraries: [],
        causes: [],
        gpu: { cubin: ["8.0", "9.0a", "10.0f", "12.0"], ptx: ["9.0a", "12.0"] },
      },
    ],
  });
});

function withoutTimes(text: string): string[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/ in \d+ ms\)/, ")"));
}
