/** Rows of the table of git operations: which hook comes, what is done, what the person reads, and whether it is true. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { lockHolder } from "../../src/build/lock.ts";
import { lookDuePath, readLookLater } from "../../src/build/look-due.ts";
import { lookLaterLock } from "../../src/build/look-later.ts";
import { runningBuild } from "../../src/build/running.ts";
import { EARLIER, HOOK_NAMES } from "../../src/install/hook-names.ts";
import type { Workspace } from "../../src/model.ts";
import { readUntold } from "../../src/store/untold.ts";
import { drivenAt, drivenProject, mustRun, OUTPUTS, type Driven } from "./driven-project.ts";
import { workspaceOf } from "./hook-repo.ts";
import { until } from "./until.ts";

export interface Row {
  /** Post-hooks that git runs, in order: name and what tells of its arguments. See `hookName`. */
  readonly hooks: readonly string[];
  /** Our lines among git's own, whole, with TIME for a duration. Default: none. */
  readonly reads?: readonly string[];
  /** Lines that are kept, because a detached look found them and nobody could read them. Default: none. */
  readonly keeps?: readonly string[];
  /** Recipes started and kept builds put back. Default: none. */
  readonly builds?: number;
  readonly restores?: number;
  /** What `check` says afterwards. Default: fresh, and then the outputs are those of the source; if stale, they are not. */
  readonly leaves?: "fresh" | "restore" | "rebuild" | "blocked";
  /** git's own. Default: 0. */
  readonly exit?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface EventRows extends Driven {
  readonly upstream: Driven;
  readonly ws: Workspace;
  /** git in the clone without any hook of ours, to prepare a row. Gives stdout. */
  quietly(...args: readonly string[]): Promise<string>;
  /** Changes a file of upstream and commits it; the clone fetches it. */
  publish(path: string, text: string): Promise<string>;
  /** Changes a file of the clone and commits it, quietly. */
  commit(path: string, text: string): Promise<string>;
  /** Makes the clone fresh by a typed command. */
  build(): Promise<void>;
  /** Runs git in the clone as a person does, without a terminal, and holds what comes of it against the row. */
  event(argv: readonly string[], row: Row): Promise<void>;
  /** Waits for detached looks and builders. */
  untilIdle(): Promise<void>;
}

export const RESTORED = "rebuild-if-needed: restored: core in TIME";

export function building(why: string): string {
  return `rebuild-if-needed: rebuilding core in the background, about TIME (${why}). Watch: rebuild-if-needed wait`;
}

/** The line of a stopped operation. */
export function blocked(why: string, changed: string): string {
  return `rebuild-if-needed: E302 blocked: core: ${why} (${changed}). Nothing was changed. Next: git status`;
}

/** A clone with its first build and the hooks, and its upstream. */
export async function createEventRows(
  t: Parameters<typeof drivenProject>[0],
  options: Parameters<typeof drivenProject>[1] = {},
): Promise<EventRows> {
  const upstream = await drivenProject(t, { name: "upstream", ...options });
  const { box } = upstream;
  const top = box.path("clone");
  await box.git(box.root, "clone", "--quiet", upstream.top, top);
  await mustRun(box, top, "init", "--yes");
  await mustRun(box, top);
  const clone = drivenAt(box, top);
  const ws = await workspaceOf(top);
  logHooks(clone);
  const quiet = box.with({ REBUILD_IF_NEEDED: "0" });
  const untilIdle = (): Promise<void> =>
    until(
      () =>
        readLookLater(ws) === null &&
        lockHolder(lookLaterLock(ws)) === null &&
        runningBuild(ws) === null &&
        !existsSync(lookDuePath(ws)),
      "detached looks and builders to end",
    );
  return {
    ...clone,
    upstream,
    ws,
    untilIdle,
    quietly: (...args) => quiet.git(top, ...args),
    async publish(path, text) {
      upstream.write(path, text);
      const id = await quiet.commit(upstream.top, `upstream: ${path}`);
      await quiet.git(top, "fetch", "--quiet");
      return id;
    },
    commit(path, text) {
      clone.write(path, text);
      return quiet.commit(top, `mine: ${path}`);
    },
    async build() {
      await mustRun(box, top);
    },
    async event(argv, row) {
      const before = { builds: clone.starts(), restores: restoresOf(clone) };
      rmSync(box.path("hooks.log"), { force: true });
      const result = await box.run(top, ["git", ...argv], row.env === undefined ? {} : { env: row.env });
      const said = `${result.stdout}${result.stderr}`;
      assert.equal(result.code, row.exit ?? 0, said);
      assert.deepEqual(hooksRun(clone), row.hooks, "hooks that git ran");
      assert.deepEqual(ourLines(said), row.reads ?? [], "what the person reads");
      await untilIdle();
      assert.deepEqual(ourLines((readUntold(ws)?.lines ?? []).join("\n")), row.keeps ?? [], "what is kept");
      assert.equal(clone.starts() - before.builds, row.builds ?? 0, "builds");
      assert.equal(restoresOf(clone) - before.restores, row.restores ?? 0, "restores");
      const { json } = await box.cliJson(top, "check");
      const leaves = row.leaves ?? "fresh";
      assert.equal(json.decision, leaves, JSON.stringify(json));
      if (leaves !== "blocked")
        // a submodule that is not there yet is no source yet
        assert.equal(isBuildOfSource(clone), leaves === "fresh", "the decision is the truth");
    },
  };
}

/** Whether both outputs are what the recipe makes of the source as it is. */
export function isBuildOfSource({ top }: Driven): boolean {
  const folder = join(top, "csrc");
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  const files = names.map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
  const source = files
    .toSorted()
    .map((path) => readFileSync(path, "utf8"))
    .join("");
  const text = `VALUE = b'${source.replaceAll("\n", String.raw`\n`)}'\n`;
  return OUTPUTS.every((path) => readFileSync(join(top, path), "utf8") === text);
}

/** Chained before our hooks, as a hook that was there when they were installed: notes that git ran it. */
function logHooks({ box, top }: Driven): void {
  for (const hook of HOOK_NAMES) {
    const path = join(top, ".git", "hooks", `${hook}${EARLIER}`);
    box.write(path, `#!/bin/sh\necho "${hook} $*" >>"${box.path("hooks.log")}"\n`);
    chmodSync(path, 0o755);
  }
}

function hooksRun({ box }: Driven): string[] {
  const log = box.path("hooks.log");
  const lines = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
  const names = lines.map(hookName).filter((name) => name !== null);
  return names.filter((name, index) => name !== names[index - 1]);
}

/**
 * `post-index-change` only where files changed; of post-checkout `branch`, `file` or `new` (from no commit), of others
 * the arguments. One after the other counts once.
 */
function hookName(line: string): string | null {
  const [hook = "", ...args] = line.trimEnd().split(" ");
  if (hook === "post-index-change") return args[0] === "1" ? hook : null;
  if (hook !== "post-checkout") return [hook, ...args].join(" ");
  if (/^0+$/.test(args[0] ?? "")) return "post-checkout new";
  return `post-checkout ${args[2] === "1" ? "branch" : "file"}`;
}

function ourLines(text: string): string[] {
  return text
    .split(/[\n\r]/)
    .map((line) => line.replace(/^\S*?(?=rebuild-if-needed: )/, ""))
    .filter((line) => line.startsWith("rebuild-if-needed: "))
    .map((line) => line.replaceAll(/\b[\d.]+ (?:ms|s|min)(?= \(|$)/g, "TIME"));
}

function restoresOf(clone: Driven): number {
  const history = clone.stateFile("history.jsonl");
  return existsSync(history) ? readFileSync(history, "utf8").split('"action":"restore"').length - 1 : 0;
}
