/** What the commands that only look say, in short: the verdict, then each reason as `kind path`. */
import assert from "node:assert/strict";
import type { Decision } from "../../src/model.ts";
import type { Driven } from "./driven-project.ts";
import type { CheckAnswer } from "./sandbox.ts";

type Place = Pick<Driven, "box" | "top">;

const EXITS: Readonly<Record<string, number>> = { fresh: 0, restore: 10, rebuild: 10, held: 3, blocked: 3 };

/** `check --json`, which must exit as its verdict wants. */
export async function checked({ box, top }: Place): Promise<string[]> {
  const { code, json, stderr } = await box.cliJson(top, "check");
  assert.equal(code, EXITS[json.decision], stderr);
  return told(json);
}

/** `preview REV --json`. */
export async function previewed({ box, top }: Place, ...args: readonly string[]): Promise<string[]> {
  const { code, json, stderr } = await box.cliJson(top, "preview", ...args);
  assert.equal(code, EXITS[json.decision], stderr);
  return told(json);
}

/** `preview --stdin` for one pair. */
export async function paired({ box, top }: Place, from: string, to: string): Promise<string[]> {
  const node = [process.execPath, (await import("./sandbox.ts")).programUnderTest()];
  const { stdout, stderr } = await box.run(top, [...node, "preview", "--stdin"], {
    input: `${from} ${to}\n`,
  });
  assert.equal(stderr, "");
  return told(JSON.parse(stdout) as CheckAnswer);
}

function told(answer: Decision): string[] {
  const reasons = answer.extensions.flatMap((one) => one.reasons);
  return [answer.decision, ...reasons.map(({ kind, path }) => `${kind} ${path ?? ""}`).sort()];
}
