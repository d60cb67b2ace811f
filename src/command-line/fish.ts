/** Pure: the completion of fish, a line for each word. */
import { quoteForFish } from "./prompt.ts";
import {
  COMMAND_NAMES,
  commandLine,
  SHELLS,
  type CommandName,
  type OptionLine,
  type ValueKind,
} from "./table.ts";

/** The text that `completion fish` prints, without the prompt function. */
export function fishCompletion(): string {
  const lines = [
    "complete -c rebuild-if-needed -f",
    ...COMMAND_NAMES.map((name) => `${WITHOUT} -a ${name} -d ${quoteForFish(commandLine(name).says)}`),
    `${WITHOUT} -l version -d ${quoteForFish("its version")}`,
    `complete -c rebuild-if-needed -l help -d ${quoteForFish("this command")}`,
    ...COMMAND_NAMES.flatMap(linesOf),
  ];
  return `function __rebuild_if_needed_command
    set -l words (commandline -opc)
    if set -q words[2]; and not string match -q -- '-*' $words[2]
        echo $words[2]
    else
        echo rebuild
    end
end
function __rebuild_if_needed_is
    test (__rebuild_if_needed_command) = $argv[1]
end
function __rebuild_if_needed_bare
    test (count (commandline -opc)) -eq 1
end
${lines.join("\n")}
`;
}

const WITHOUT = "complete -c rebuild-if-needed -n __rebuild_if_needed_bare";

function linesOf(name: CommandName): string[] {
  const { operand, options } = commandLine(name);
  const here = `complete -c rebuild-if-needed -n '__rebuild_if_needed_is ${name}'`;
  const words = options.map((option) => `${here} ${optionWords(option)}`);
  return operand === undefined ? words : [...words, `${here} ${VALUES[operand.kind]}`];
}

function optionWords({ name, says, value, kind = "any" }: OptionLine): string {
  const takes = value === undefined ? "" : ` ${kind === "file" ? "-r" : "-x"} ${VALUES[kind]}`.trimEnd();
  return `-l ${name} -d ${quoteForFish(says)}${takes}`;
}

const VALUES: Readonly<Record<ValueKind, string>> = {
  any: "",
  file: "-F",
  revision: `-a "(git for-each-ref --format='%(refname:short)' 2>/dev/null)"`,
  remote: '-a "(git remote 2>/dev/null)"',
  command: `-a ${quoteForFish(COMMAND_NAMES.join(" "))}`,
  shell: `-a ${quoteForFish(SHELLS.join(" "))}`,
  program: '-a "(__fish_complete_subcommand --fcs-skip=3)"',
};
