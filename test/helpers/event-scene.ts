/** A clone with its first build and the hooks, and the upstream that it pulls from. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { drivenAt, drivenProject, mustRun, type Driven } from "./driven-project.ts";
import type { RunResult } from "./sandbox.ts";

export interface EventScene extends Driven {
  readonly upstream: Driven;
  /** Changes a file of upstream and commits it. */
  publish(path: string, text: string): Promise<string>;
  /** Changes a file of the clone, commits it, and waits for what that starts. */
  commit(path: string, text: string): Promise<string>;
  /** Runs git in the clone, as a person does; its exit code must be the one given. */
  git(argv: readonly string[], exit?: number): Promise<RunResult>;
  /** Waits for what an event has started. The outputs must then be of the present source, after so many builds. */
  settle(builds: 0 | 1): Promise<void>;
}

export async function createEventScene(t: Parameters<typeof drivenProject>[0]): Promise<EventScene> {
  const upstream = await drivenProject(t, { name: "upstream" });
  const { box } = upstream;
  const top = box.path("clone");
  await box.git(box.root, "clone", "--quiet", upstream.top, top);
  const clone = drivenAt(box, top);
  await mustRun(box, top, "init", "--yes");
  await mustRun(box, top);
  let builds = clone.starts();
  const settle = async (expected: number): Promise<void> => {
    await mustRun(box, top, "wait");
    assert.equal(await clone.imported(), loaded(top), "what Python loads is of this source");
    assert.equal(clone.starts() - builds, expected, "builds that the event started");
    assert.equal((await box.cli(top, "check")).code, 0);
    builds = clone.starts();
  };
  return {
    ...clone,
    upstream,
    settle,
    publish(path, text) {
      upstream.write(path, text);
      return box.commit(upstream.top, `upstream: ${path}`);
    },
    async commit(path, text) {
      clone.write(path, text);
      const id = await box.commit(top, `mine: ${path}`);
      await mustRun(box, top, "wait");
      builds = clone.starts();
      return id;
    },
    async git(argv, exit = 0) {
      const result = await box.run(top, ["git", ...argv]);
      assert.equal(result.code, exit, `git ${argv.join(" ")}\n${result.stdout}${result.stderr}`);
      return result;
    },
  };
}

/** What both modules print when they were built from the sources as they are. */
function loaded(top: string): string {
  const folder = join(top, "csrc");
  const source = readdirSync(folder)
    .toSorted()
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("");
  const value = `b'${source.replaceAll("\n", String.raw`\n`)}'`;
  return `${value} ${value}`;
}
