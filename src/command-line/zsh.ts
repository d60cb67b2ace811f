/** Pure: the completion of zsh, by its own `_arguments`. */
import { quoteForSh } from "./prompt.ts";
import {
  COMMAND_NAMES,
  commandLine,
  SHELLS,
  type CommandName,
  type OptionLine,
  type ValueKind,
} from "./table.ts";

/** The text that `completion zsh` prints, without the prompt function. */
export function zshCompletion(): string {
  const described = COMMAND_NAMES.map((name) =>
    quoteForSh(`${name}:${commandLine(name).says.replaceAll(":", "\\:")}`),
  );
  return `_rebuild_if_needed_commands() {
  local -a commands=(
    ${described.join("\n    ")}
  )
  _describe -t commands command commands
}
_rebuild_if_needed_revisions() { compadd -- \${(f)"$(git for-each-ref --format='%(refname:short)' 2>/dev/null)"} }
_rebuild_if_needed_remotes() { compadd -- \${(f)"$(git remote 2>/dev/null)"} }
_rebuild_if_needed() {
  local command=rebuild
  if (( CURRENT > 2 )) && [[ $words[2] != -* ]]; then
    command=$words[2]
    shift words
    (( CURRENT-- ))
  fi
  case $command in
${COMMAND_NAMES.map(branch).join("\n")}
  esac
}
if (( $+functions[compdef] )); then compdef _rebuild_if_needed rebuild-if-needed; fi
`;
}

function branch(name: CommandName): string {
  if (name === "exec") {
    return `    exec)
      if [[ $words[2] == -- && CURRENT -gt 2 ]]; then
        shift 2 words
        (( CURRENT -= 2 ))
        _normal
      else
        _arguments '--help[this command]' '1:command:(--)'
      fi
      ;;`;
  }
  const { operand, options } = commandLine(name);
  const words = [...options.map(optionSpec), quoteForSh("--help[this command]")];
  if (name === "rebuild")
    words.push(quoteForSh("--version[its version]"), quoteForSh("1:command:_rebuild_if_needed_commands"));
  else if (operand !== undefined)
    words.push(quoteForSh(`${operand.most > 1 ? "*" : "1"}:${operand.kind}:${ACTIONS[operand.kind]}`));
  return `    ${name}) _arguments ${words.join(" ")} ;;`;
}

const ACTIONS: Readonly<Record<ValueKind, string>> = {
  any: " ",
  file: "_files",
  revision: "_rebuild_if_needed_revisions",
  remote: "_rebuild_if_needed_remotes",
  command: "_rebuild_if_needed_commands",
  shell: `(${SHELLS.join(" ")})`,
  program: " ",
};

function optionSpec({ name, says, value, kind = "any", many }: OptionLine): string {
  const text = says.replaceAll(/[[\]:\\]/g, "\\$&");
  const argument = value === undefined ? "" : `:${value}:${ACTIONS[kind]}`;
  return quoteForSh(`${many === true ? "*" : ""}--${name}[${text}]${argument}`);
}
