/** Pure: the completion of bash, 3.2 and newer, without the package bash-completion. */
import { COMMAND_NAMES, commandLine, SHELLS, type CommandName, type ValueKind } from "./table.ts";

/** The text that `completion bash` prints, without the prompt function. */
export function bashCompletion(): string {
  return `_rebuild_if_needed() {
  local IFS=$'\\n' word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local command=rebuild operand=command options values=
  COMPREPLY=()
  if [ "$COMP_CWORD" -gt 1 ] && [[ \${COMP_WORDS[1]} != -* ]]; then command=\${COMP_WORDS[1]}; fi
  case $command in
${COMMAND_NAMES.map(branch).join("\n")}
    *) return ;;
  esac
  if [ "$operand" = program ] && [ "$COMP_CWORD" -gt 2 ]; then
    if declare -F _command_offset >/dev/null; then IFS=$' \\t\\n' _command_offset 3; fi
    if [ -z "\${COMPREPLY[*]-}" ] && [ "$COMP_CWORD" -eq 3 ]; then COMPREPLY=($(compgen -c -- "$word")); fi
    return
  fi
  case "$command $before" in
${COMMAND_NAMES.flatMap(valueBranches).join("\n")}
  esac
  case $operand in
    none) ;;
    program) values=-- ;;
    command) values='${COMMAND_NAMES.join("\n")}' ;;
    shell) values='${SHELLS.join("\n")}' ;;
    revision) values=$(git for-each-ref --format='%(refname:short)' 2>/dev/null) ;;
    remote) values=$(git remote 2>/dev/null) ;;
    file)
      if [[ $word != -* ]]; then
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -f -- "$word"))
        return
      fi
      ;;
  esac
  if [[ $word = -* ]]; then values=$options; fi
  local one
  while read -r one; do # not \`compgen -W\`: that would run what stands in the name of a branch
    if [ -n "$one" ] && [[ $one == "$word"* ]]; then COMPREPLY+=("$(printf %q "$one")"); fi
  done <<<"$values"
}
complete -F _rebuild_if_needed rebuild-if-needed
`;
}

/** What a command takes. Without a command, a command is what is typed first. */
function branch(name: CommandName): string {
  const line = commandLine(name);
  const own = [...line.options.map((option) => option.name), "help"];
  const options = name === "rebuild" ? [...own, "version"] : own;
  const operand = operandOf(name === "rebuild" ? "command" : (line.operand?.kind ?? "none"));
  return `    ${name}) operand=${operand} options='${options.map((option) => `--${option}`).join("\n")}' ;;`;
}

function operandOf(kind: ValueKind | "none"): string {
  return kind === "any" ? "none" : kind;
}

function valueBranches(name: CommandName): string[] {
  return commandLine(name)
    .options.filter((option) => option.value !== undefined)
    .map(
      (option) => `    '${name} --${option.name}') operand=${operandOf(option.kind ?? "any")} options= ;;`,
    );
}
