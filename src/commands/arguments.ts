import { parseArgs, type ParseArgsConfig } from "node:util";
import { suggest } from "../config/suggest.ts";
import { ok, refuse, type Result } from "../report/failure.ts";

export type Options = NonNullable<ParseArgsConfig["options"]>;

export interface Parsed {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
}

/** Parses a command line strictly; an unknown option fails with E104 and names the nearest known one. */
export function parse(
  command: string,
  argv: readonly string[],
  options: Options,
  positionals: { readonly most: number; readonly names: string } = { most: 0, names: "" },
): Result<Parsed> {
  if (argv.length === 0) return ok({ flags: new Set(), values: new Map(), positionals: [] }); // without a parser
  const all: Options = { ...options, help: { type: "boolean" } };
  const shown = command === "rebuild" ? "rebuild-if-needed" : `rebuild-if-needed ${command}`;
  const unknown = argv
    .slice(0, argv.includes("--") ? argv.indexOf("--") : argv.length)
    .find((word) => isUnknown(word, all));
  if (unknown !== undefined) {
    const near = suggest(unknown.replace(/^--?/, "").split("=")[0] ?? "", Object.keys(all));
    const hint = near === null ? "" : ` Did you mean --${near}?`;
    return refuse(
      "E104",
      `${shown} has no option ${unknown}.${hint} Nothing was changed.`,
      `rebuild-if-needed help ${command}`,
    );
  }
  try {
    const parsed = parseArgs({ args: [...argv], options: all, allowPositionals: true, strict: true });
    if (parsed.positionals.length > positionals.most) {
      const extra = parsed.positionals[positionals.most] ?? "";
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

function isUnknown(word: string, options: Options): boolean {
  const name = /^--([^=]+)/.exec(word)?.[1];
  return name !== undefined && !Object.hasOwn(options, name);
}
