/** The steps of `action.yml`, run as GitHub's runner runs them: in bash, with the inputs in the environment. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { extensionModule, thisPython } from "../helpers/native.ts";
import {
  createSandbox,
  packageRoot,
  programUnderTest,
  type RunResult,
  type Sandbox,
} from "../helpers/sandbox.ts";

const python = await thisPython();
const ACTION = readFileSync(join(packageRoot(), "action.yml"), "utf8");

const CONFIG = `preset = "none"
[[extension]]
name = "core"
inputs = ["csrc/**"]
outputs = ["pkg/_C*.so"]
recipe = [["true"]]
require = ["pkg._C:NAME"]
`;

/** What GitHub sets where a step has no value. */
const SUMMARY = "summary.md";

/** The defaults of the inputs, which stand one below the other in the file. */
function defaults(): Record<string, string> {
  const inputs = ACTION.slice(ACTION.indexOf("inputs:"), ACTION.indexOf("runs:"));
  const found = inputs.matchAll(/^ {2}(\w+):\n(?: {4}.*\n)*? {4}default: "(.*)"$/gm);
  return Object.fromEntries([...found].map(([, name = "", value = ""]) => [name, value]));
}

/** The script of the one step, and its variables with the inputs put in. */
function step(inputs: Readonly<Record<string, string>>): { script: string; env: Record<string, string> } {
  const given = { ...defaults(), ...inputs };
  const env = ACTION.matchAll(/^ {8}(\w+): \$\{\{ inputs\.(\w+) \}\}$/gm);
  const script = ACTION.slice(ACTION.indexOf("run: |\n") + "run: |\n".length).replaceAll(/^ {8}/gm, "");
  assert.doesNotMatch(script, /\$\{\{/, "an input in the script is code of whoever sets it");
  return {
    script,
    env: Object.fromEntries([...env].map(([, name = "", input = ""]) => [name, given[input] ?? ""])),
  };
}

/** A clone as actions/checkout leaves it for a push to main, with a build in it; `npx` starts the program under test. */
async function checkout(t: TestContext, name: string): Promise<{ box: Sandbox; top: string }> {
  const box = createSandbox(t);
  const upstream = await box.repository("upstream");
  box.write("upstream/csrc/a.c", "int a;\n");
  box.write("upstream/pkg/__init__.py", "");
  box.write("upstream/.gitignore", "*.so\n");
  box.write("upstream/rebuild-if-needed.toml", CONFIG.replace("NAME", name));
  const first = await box.commit(upstream, "first");
  box.write("upstream/csrc/a.c", "int b;\n");
  await box.git(upstream, "checkout", "--quiet", "-b", "change");
  const change = await box.commit(upstream, "a change");
  await box.git(upstream, "update-ref", "refs/pull/7/merge", change);
  await box.git(upstream, "checkout", "--quiet", "main");
  const top = await box.repository("work");
  await box.git(top, "remote", "add", "origin", `file://${upstream}`);
  const fetch = ["fetch", "--quiet", "--no-tags", "--depth=1", "origin"];
  await box.git(
    top,
    ...fetch,
    `+${first}:refs/remotes/origin/main`,
    "+refs/pull/7/merge:refs/remotes/pull/7/merge",
  );
  await box.git(top, "checkout", "--quiet", "--force", "-B", "main", "refs/remotes/origin/main");
  extensionModule(python, join(top, "pkg"), "_C");
  box.write(
    "bin/npx",
    `#!/bin/sh\n[ "$1 $2" = "--yes rebuild-if-needed@${defaults()["version"] ?? ""}" ] || exit 99\nshift 2\nexec '${process.execPath}' '${programUnderTest()}' "$@"\n`,
  );
  chmodSync(box.path("bin/npx"), 0o755);
  const path = `${box.path("bin")}:${box.environment["PATH"] ?? ""}`;
  return { box: box.with({ CI: "true", GITHUB_ACTIONS: "true", PATH: path }), top };
}

function runStep(
  box: Sandbox,
  top: string,
  inputs: Readonly<Record<string, string>> = {},
): Promise<RunResult> {
  const { script, env } = step(inputs);
  box.write("step.sh", script);
  const argv = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", box.path("step.sh")];
  return box.run(top, argv, { env: { ...env, GITHUB_STEP_SUMMARY: box.path(SUMMARY) } });
}

function plain(text: string): string {
  return text.replaceAll(/checked in \d+ ms/g, "checked in N ms");
}

test("a good build: the step is green and its summary says so", async (t) => {
  const { box, top } = await checkout(t, "answer");
  const { code, stdout, stderr } = await runStep(box, top, { allow: "true" });
  assert.equal(stderr, "");
  const line = "core: good (1 library, 1 module, 1 name checked in N ms)\n";
  assert.equal(plain(stdout), line);
  assert.equal(plain(box.read(SUMMARY)), `\`\`\`\n${line}\`\`\`\n`);
  assert.equal(code, 0);
});

test("a build that lacks a name: the step fails with an annotation", async (t) => {
  const { box, top } = await checkout(t, "flash_attn_varlen_func");
  const { code, stdout } = await runStep(box, top, { allow: "true", extension: "core" });
  const file = `pkg/_C${python.extSuffix}`;
  const text = `pkg._C:flash_attn_varlen_func: is missing: cannot import name 'flash_attn_varlen_func' from 'pkg._C' (${file})`;
  const cause = "The module is older than what asks for the name, or was built without it.";
  const shown = `core: 1 problem (1 library, 1 module, 1 name checked in N ms)\n  ${text}\n    ${cause}\n    next: rebuild-if-needed --force\n`;
  assert.equal(
    plain(stdout),
    `${shown}::error title=rebuild-if-needed verify%3A core::${text}%0A${cause}%0Anext: rebuild-if-needed --force\n`,
  );
  assert.equal(plain(box.read(SUMMARY)), `\`\`\`\n${shown}\`\`\`\n`);
  assert.equal(code, 1);
});

test("the checkout of a pull request is held until the workflow allows it", async (t) => {
  const { box, top } = await checkout(t, "answer");
  await box.git(top, "checkout", "--quiet", "--force", "refs/remotes/pull/7/merge");
  const held = await runStep(box, top);
  assert.match(held.stdout, /^::error title=rebuild-if-needed verify%3A E301::.*E301 held/m);
  assert.equal(held.code, 3);
  const allowed = await runStep(box, top, { allow: "true" });
  assert.match(plain(allowed.stdout), /^core: good \(1 library, 1 module, 1 name checked in N ms\)$/m);
  assert.equal(allowed.code, 0);
});

test("wheels by a pattern: each is verified, the worst decides, and none is an error", async (t) => {
  const { box, top } = await checkout(t, "answer");
  const none = await runStep(box, top, { wheel: "dist folder/*.whl" });
  assert.equal(none.stdout, "::error title=rebuild-if-needed verify::there is no wheel dist folder/*.whl\n");
  assert.equal(none.code, 2);
  const tag = python.extSuffix.replace(/^\.cpython-(\d+).*$/, "cp$1-cp$1-linux_x86_64");
  box.write("wheel/pkg-1.dist-info/WHEEL", `Wheel-Version: 1.0\nTag: ${tag}\n`);
  box.write("wheel/pkg/__init__.py", "");
  const zip = (name: string): Promise<RunResult> =>
    box.run(box.root, [
      python.path,
      "-m",
      "zipfile",
      "-c",
      join(top, "dist folder", name),
      ...FOLDERS.map((folder) => box.path(folder)),
    ]);
  box.write("work/dist folder/.keep", "");
  assert.equal((await zip("a.whl")).code, 0);
  extensionModule(python, box.path("wheel/pkg"), "_C");
  assert.equal((await zip("b.whl")).code, 0);
  const { code, stdout } = await runStep(box, top, { allow: "true", wheel: "dist folder/*.whl" });
  assert.match(plain(stdout), /^dist folder\/a\.whl: 1 problem /m);
  assert.match(plain(stdout), /^dist folder\/b\.whl: good /m);
  assert.equal(code, 1);
  assert.ok(existsSync(box.path(SUMMARY)));
});

const FOLDERS = ["wheel/pkg", "wheel/pkg-1.dist-info"];

test("the action starts the version that it comes with", () => {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as {
    version: string;
  };
  assert.equal(defaults()["version"], version);
});
