import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { compareToolchains } from "../../src/fingerprint/compare-toolchain.ts";
import { probeInterpreter } from "../../src/fingerprint/interpreter.ts";
import { runTool } from "../../src/fingerprint/run-tool.ts";
import { findProgram, realOf, splitPath } from "../../src/fingerprint/search-path.ts";
import { toolchainMeaning } from "../../src/fingerprint/toolchain-meaning.ts";
import { observeToolchain } from "../../src/fingerprint/toolchain.ts";
import type { Interpreter, ToolFile, Toolchain, ToolRole } from "../../src/model.ts";

/** PATH of this machine without the folders of compiler caches. */
export const PATH: readonly string[] = splitPath(process.env["PATH"]).filter(
  (entry) => !entry.includes("ccache"),
);

/** What a build of a test depends on; each change gives a new one. */
export interface Ground {
  readonly path?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly roles?: readonly ToolRole[];
  readonly packages?: readonly string[];
  readonly recipe?: readonly (readonly string[])[];
  readonly interpreter?: Interpreter | null;
}

/** Files that have been hashed in this run: compilers are large, and each look without a former one reads them all. */
const hashed = new Map<string, ToolFile>();

/** The toolchain of a ground as the program sees it. */
export async function look(ground: Ground, previous: Toolchain | null = null): Promise<Toolchain> {
  const { path = PATH, variables = {}, interpreter = null, roles = [], packages = [], recipe = [] } = ground;
  const files = [...hashed.values()];
  const filesOnly = { role: "meson", path: null, files, version: "", identity: "" } as const;
  const seen = await observeToolchain({
    environment: { interpreter, path, names: [], variables },
    interpreter,
    roles,
    packages,
    recipe,
    top: "/nowhere",
    previous: previous ?? { tools: [filesOnly], packages: [], variables: {} },
  });
  for (const file of seen.tools.flatMap((tool) => tool.files)) hashed.set(file.path, file);
  return seen;
}

/** Reasons for a rebuild between two looks, as people read them. */
export function reasons(before: Toolchain, now: Toolchain): string[] {
  const found = compareToolchains(before, now).map((reason) => `${reason.kind}: ${reason.text}`);
  assert.equal(
    found.length === 0,
    toolchainMeaning(before) === toolchainMeaning(now),
    "reasons and hash agree",
  );
  return found;
}

/** Looks, lets something happen, looks again; the ground may be another one then. */
export async function change(
  before: Ground,
  happen: () => unknown,
  after: Ground = before,
): Promise<string[]> {
  const first = await look(before);
  await happen();
  return reasons(first, await look(after, first));
}

/** The same for something that is no change; the second look is also taken without knowledge of the first. */
export async function assertNone(
  before: Ground,
  happen: () => unknown,
  after: Ground = before,
): Promise<void> {
  const first = await look(before);
  await happen();
  assert.deepEqual(reasons(first, await look(after, first)), []);
  assert.deepEqual(reasons(first, await look(after)), [], "nor for one who looks for the first time");
}

/** A folder for fakes and links, gone when the test has ended. */
export class Shelf {
  readonly root: string;

  constructor(t: { after(task: () => void): void }) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), "rebuild-if-needed-test-")));
    t.after(() => rmSync(this.root, { recursive: true, force: true, maxRetries: 5 }));
  }

  at(path: string): string {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    return join(this.root, path);
  }

  /** By rename, as installers do. */
  write(path: string, text: string | Buffer): string {
    writeFileSync(`${this.at(path)}.new`, text);
    chmodSync(`${this.at(path)}.new`, 0o755);
    renameSync(`${this.at(path)}.new`, this.at(path));
    return this.at(path);
  }

  link(path: string, target: string): string {
    symlinkSync(target, `${this.at(path)}.new`);
    renameSync(`${this.at(path)}.new`, this.at(path));
    return this.at(path);
  }

  /** A shell wrapper; `line` is what it does. */
  script(path: string, line: string): string {
    return this.write(path, `#!/bin/sh\n${line}\n`);
  }
}

export interface Gcc {
  readonly cc: string;
  readonly cxx: string;
  readonly version: string;
}

/** The system's gcc and one of another version beside it. */
export async function twoGccs(): Promise<readonly [Gcc, Gcc]> {
  const all: Gcc[] = [];
  for (const suffix of ["", ...Array.from({ length: 12 }, (_, at) => `-${at + 9}`)]) {
    const [cc, cxx] = [findProgram(`gcc${suffix}`, PATH), findProgram(`g++${suffix}`, PATH)];
    if (cc === null || cxx === null) continue;
    const version = await ask(cxx, "-dumpfullversion");
    if (!all.some((one) => one.version === version)) all.push({ cc: realOf(cc), cxx: realOf(cxx), version });
  }
  const [first, second] = all;
  assert.ok(
    first !== undefined && second !== undefined,
    "these tests need two versions of gcc: apt-get install g++-11",
  );
  return [first, second];
}

/** A program that these tests cannot do without. */
export function need(name: string, hint: string): string {
  const found = findProgram(name, PATH);
  assert.ok(found !== null, `these tests need ${name}: ${hint}`);
  return found;
}

/** First line of what a program says. */
export async function ask(program: string, ...args: string[]): Promise<string> {
  const answer = await runTool({ argv: [program, ...args], environment: process.env });
  assert.ok(answer !== null, `${basename(program)} ${args.join(" ")} fails`);
  return answer.split("\n")[0]?.trim() ?? "";
}

/** An interpreter that has been asked about itself. */
export async function probe(path: string): Promise<Interpreter> {
  const probed = await probeInterpreter(path);
  assert.ok(probed.ok, JSON.stringify(probed));
  return probed.value;
}
