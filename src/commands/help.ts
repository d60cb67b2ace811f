import { commandHelp, helpText } from "../command-line/help-text.ts";
import { COMMAND_NAMES, isCommandName } from "../command-line/table.ts";
import { suggest } from "../config/suggest.ts";
import { ownVersion } from "../package-root.ts";
import { EXIT, failure } from "../report/failure.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail } from "./start.ts";

/** `help`: all commands; `help COMMAND`, or `COMMAND --help`: one with its options. */
export function run(argv: readonly string[], io: Io): Promise<number> {
  const args = parse("help", argv);
  if (!args.ok) return Promise.resolve(fail(io, args.failure));
  const [name] = args.value.positionals;
  if (name !== undefined && !isCommandName(name)) return Promise.resolve(unknownCommand(io, name));
  io.result(name === undefined ? helpText() : commandHelp(name));
  return Promise.resolve(EXIT.good);
}

export function version(io: Io): number {
  io.result(ownVersion());
  return EXIT.good;
}

export function unknownCommand(io: Io, name: string): number {
  const near = suggest(name, COMMAND_NAMES);
  const hint = near === null ? "" : ` Did you mean "${near}"?`;
  return fail(
    io,
    failure("E104", `there is no command "${name}".${hint} Nothing was changed.`, "rebuild-if-needed help"),
  );
}
