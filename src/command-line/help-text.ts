/** Pure: the help, made of the table. */
import { COMMAND_NAMES, commandLine, type CommandName, type OptionLine } from "./table.ts";

const NAME_WIDTH = 29;
const SAYS_WIDTH = 50;
/** Options that are longer than this get a line of their own, and so do those beside a longer text. */
const OPTIONS_WIDTH = 45;

/** The help of the whole program. */
export function helpText(): string {
  return `rebuild-if-needed: your compiled extensions are the build of this source, or you know at once

${COMMAND_NAMES.map(helpRow).join("\n")}

exit: 0 good, 1 failed (old build in place), 2 usage or config, 3 held or blocked, 4 busy, 10 stale, 130 cancelled`;
}

/** The help of one command: how to type it, what it does, and a line for each option. */
export function commandHelp(name: CommandName): string {
  const { says, options } = commandLine(name);
  const width = Math.max(0, ...options.map((option) => shownOption(option).length));
  const rows = options.map((option) => `  ${shownOption(option).padEnd(width)}  ${option.says}`);
  const usage = `rebuild-if-needed${name === "rebuild" ? "" : ` ${shownCommand(name)}`}`;
  return [`${usage}${rows.length === 0 ? "" : " [OPTIONS]"}: ${says}`, ...rows].join("\n");
}

function helpRow(name: CommandName): string {
  const { says, options } = commandLine(name);
  const shown = name === "rebuild" ? "rebuild-if-needed" : shownCommand(name);
  const row = `  ${shown.padEnd(NAME_WIDTH)}${says}`;
  const rest = options.map(shownOption).join(" ");
  if (rest === "") return row;
  return rest.length > OPTIONS_WIDTH || says.length > SAYS_WIDTH
    ? `${row}\n${" ".repeat(NAME_WIDTH + 4)}${rest}`
    : `${row.padEnd(NAME_WIDTH + SAYS_WIDTH)}  ${rest}`;
}

function shownCommand(name: CommandName): string {
  const { operand } = commandLine(name);
  return operand === undefined ? name : `${name} ${operand.shown}`;
}

function shownOption({ name, value }: OptionLine): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}
