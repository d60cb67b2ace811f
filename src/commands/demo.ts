import { programPath } from "../build/start.ts";
import { runDemo } from "../demo/run-demo.ts";
import { EXIT } from "../report/failure.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail } from "./start.ts";

/** `demo`: the whole job on a small real project in a temp folder. Exit 0 only if every claim held. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const args = parse("demo", argv);
  if (!args.ok) return fail(io, args.failure);
  const keep = args.value.flags.has("keep");
  const result = await runDemo({ program: programPath(), node: process.execPath, keep, write: io.result });
  return result.ok ? EXIT.good : fail(io, result.failure);
}
