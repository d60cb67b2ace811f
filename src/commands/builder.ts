import { runBuilder } from "../build/builder.ts";
import { readRequest } from "../build/request.ts";
import { findWorkspace } from "../git/workspace.ts";
import type { Io } from "./io.ts";
import { fail } from "./start.ts";

/** Internal: the detached process that `startBuilder` starts. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const ws = await findWorkspace(io.cwd);
  if (!ws.ok) return fail(io, ws.failure);
  const request = readRequest(ws.value, argv[0] ?? "");
  if (request === null) return 2;
  return runBuilder(ws.value, request);
}
