import assert from "node:assert/strict";
import type { RunResult } from "../sandbox.ts";
import type { Expectation } from "./expectation.ts";

/**
 * A hook is silent when all is fresh, and says a line when it is not. Where git had not ended yet, a look after its end
 * speaks, and only to a terminal.
 */
export function assertTold(
  argv: readonly string[],
  result: RunResult,
  expected: Expectation,
  events: readonly string[],
  isStopped: boolean,
): void {
  const isTold = result.stderr.includes("rebuild-if-needed: ");
  // These first run hooks where git stood before: what a detached look found there holds then, is told, and is over.
  const isOfBefore = /--continue|--skip|--abort/.test(argv.join(" "));
  if (!expected.isTold) assert.ok(!isTold || isOfBefore, `all is fresh, but it says: ${result.stderr}`);
  const isAutostash = result.stderr.includes("Applied autostash."); // a commit that ends a merge brings it back after its hooks
  const isLate = isStopped || isAutostash || /rebase|am|--autostash|--continue|--skip/.test(argv.join(" "));
  if (!expected.isTold || isLate || events.every((hook) => hook === "post-index-change")) return;
  assert.ok(isTold, `not fresh, but no line is said: ${result.stderr}`);
}
