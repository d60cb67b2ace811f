import { parseArgs, type ParseArgsConfig } from "node:util";
import { commandLine, type CommandLine, type CommandName } from "../command-line/table.ts";
import { suggest } from "../config/suggest.ts";
import { ok, refuse, type Result } from "../report/failure.ts";

export interface Parsed {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
}

/** Parses a command line strictly, by the table; an unknown option fails with E104 and names the nearest known one. */
export function parse(
  command: CommandName,
  argv: readonly string[],
  line: CommandLine = commandLine(command),
): Result<Parsed> {
  if (argv.length === 0) return ok({ flags: new Set(), values: new Map(), positionals: [] }); // without a parser
  const options = optionsOf(line);
  const shown = command === "rebuild" ? "rebuild-if-needed" : `rebuild-if-needed ${command}`;
  const unknown = beforeDashes(argv).find((word) => isUnknown(word, options));
  if (unknown !== undefined) {
    const near = suggest(unknown.replace(/^--?/, "").split("=")[0] ?? "", [...Object.keys(options), "help"]);
    const hint = near === null ? "" : ` Did you mean --${near}?`;
    return refuse(
      "E104",
      `${shown} has no option ${unknown}.${hint} Nothing was changed.`,
      `rebuild-if-needed help ${command}`,
    );
  }
  try {
    const parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    const most = line.operand?.most ?? 0;
    if (parsed.positionals.length > most) {
      const extra = parsed.positionals[most] ?? "";
      return refuse(
        "E104",
        `${shown} takes no "${extra}" here. Nothing was changed.`,
        `rebuild-if-needed help ${command}`,
      );
    }
    const flags = new Set<string>();
    const values = new Map<string, string[]>();
    for (const [name, value] of Object.entries(parsed.values)) {
      if (value === true) flags.add(name);
      else if (typeof value === "string") values.set(name, [value]);
      else if (Array.isArray(value))
        values.set(
          name,
          value.filter((one) => typeof one === "string"),
        );
    }
    return ok({ flags, values, positionals: parsed.positionals });
  } catch (error) {
    const text = error instanceof Error ? (error.message.split(". ")[0] ?? "") : String(error);
    return refuse("E104", `${shown}: ${text}. Nothing was changed.`, `rebuild-if-needed help ${command}`);
  }
}

/** Is the help asked for? What follows `--` is another program's. */
export function asksForHelp(argv: readonly string[]): boolean {
  return beforeDashes(argv).some((word) => word === "--help" || word === "-h");
}

function beforeDashes(argv: readonly string[]): readonly string[] {
  return argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
}

function optionsOf({ options }: CommandLine): NonNullable<ParseArgsConfig["options"]> {
  return Object.fromEntries(
    options.map(({ name, value, many }) => [
      name,
      { type: value === undefined ? "boolean" : "string", multiple: many === true },
    ]),
  );
}

function isUnknown(word: string, options: Readonly<Record<string, unknown>>): boolean {
  const name = /^--([^=]+)/.exec(word)?.[1];
  return name !== undefined && !Object.hasOwn(options, name);
}
