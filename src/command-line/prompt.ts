/** The prompt function of each shell: finds `.git` by the shell alone, then asks `prompt.sh`. */
import { readFileSync } from "node:fs";
import { ownFile } from "../package-root.ts";

/** Makes one word of a text, for bash, zsh and every sh. */
export function quoteForSh(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Makes one word of a text, for fish. */
export function quoteForFish(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** `rebuild_if_needed_prompt [FORMAT]` for bash and zsh. */
export function promptForSh(): string {
  return `# Prints the state of this work tree's extensions unless they are fresh. $1: a format, as ' (%s)'.
rebuild_if_needed_prompt() {
  local code=$? at word
  if [ "\${REBUILD_IF_NEEDED-}" = 0 ]; then return $code; fi
  at=$(pwd -P)
  while [ ! -e "$at/.git" ]; do
    if [ -z "$at" ]; then return $code; fi
    at=\${at%/*}
  done
  word=$(/bin/sh -c "$__rebuild_if_needed_look" sh "$at" "\${XDG_STATE_HOME:-$HOME/.local/state}/rebuild-if-needed/clones")
  if [ -n "$word" ]; then printf "\${1- (%s)}" "$word"; fi
  return $code
}
__rebuild_if_needed_look=${quoteForSh(look())}
`;
}

/** `rebuild_if_needed_prompt [FORMAT]` for fish. */
export function promptForFish(): string {
  return `# Prints the state of this work tree's extensions unless they are fresh. $argv[1]: a format, as ' (%s)'.
function rebuild_if_needed_prompt
    set -l code $status
    set -l state $XDG_STATE_HOME
    test -n "$state"; or set state $HOME/.local/state
    set -l at (pwd -P | string collect)
    while not test -e "$at/.git"; and test -n "$at"
        set at (string replace -r '/[^/]*$' '' -- "$at")
    end
    if test -n "$at"; and test "$REBUILD_IF_NEEDED" != 0
        set -l word (/bin/sh -c $__rebuild_if_needed_look sh "$at" "$state/rebuild-if-needed/clones")
        set -l format $argv[1]
        test -n "$format"; or set format ' (%s)'
        test -n "$word"; and printf $format $word
    end
    return $code
end
set -g __rebuild_if_needed_look ${quoteForFish(look())}
`;
}

function look(): string {
  return readFileSync(ownFile("dist", "command-line", "prompt.sh"), "utf8");
}
