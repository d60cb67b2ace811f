/** Public API: the decision, for tools that want to ask without a child process. */
import { findWorkspace } from "./git/workspace.ts";
import type { Decision } from "./model.ts";
import { ok, type Result } from "./report/failure.ts";
import { look } from "./run.ts";

export { decide, combine, type KnownBaseline, type Observation, type Policy } from "./decide.ts";
export { compareFingerprints } from "./fingerprint/compare.ts";
export type * from "./model.ts";
export type { Failure, Result } from "./report/failure.ts";

/**
 * Looks at the work tree that holds `cwd`, as `rebuild-if-needed check` does. Takes no lock and writes nothing.
 * @returns the decision, or a failure with a code of docs/failures.md (E101, E102, E11x, E120, E302).
 */
export async function check(cwd: string): Promise<Result<Decision>> {
  const ws = await findWorkspace(cwd);
  if (!ws.ok) return ws;
  const looked = await look(ws.value, { asker: "person", only: null, ignoreOperation: false });
  return looked.ok ? ok(looked.value.decision) : looked;
}
