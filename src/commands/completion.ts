import { bashCompletion } from "../command-line/bash.ts";
import { fishCompletion } from "../command-line/fish.ts";
import { promptForFish, promptForSh } from "../command-line/prompt.ts";
import { SHELLS, type Shell } from "../command-line/table.ts";
import { zshCompletion } from "../command-line/zsh.ts";
import { EXIT, failure } from "../report/failure.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail } from "./start.ts";

/** `completion SHELL`: what a shell reads at its start to complete our commands and to show us in its prompt. */
export function run(argv: readonly string[], io: Io): Promise<number> {
  const args = parse("completion", argv);
  if (!args.ok) return Promise.resolve(fail(io, args.failure));
  const [word] = args.value.positionals;
  const shell = SHELLS.find((one) => one === word);
  if (shell === undefined) {
    const message = `completion needs a shell: ${SHELLS.join(", ")}. Nothing was changed.`;
    return Promise.resolve(fail(io, failure("E104", message, "rebuild-if-needed completion bash")));
  }
  io.result(`# Written by: rebuild-if-needed completion ${shell}\n${textFor(shell)}`.trimEnd());
  return Promise.resolve(EXIT.good);
}

function textFor(shell: Shell): string {
  switch (shell) {
    case "bash":
      return bashCompletion() + promptForSh();
    case "zsh":
      return zshCompletion() + promptForSh();
    case "fish":
      return fishCompletion() + promptForFish();
  }
}
