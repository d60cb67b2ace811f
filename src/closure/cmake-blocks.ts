import type { CMakeArgument, CMakeCommand } from "./cmake-tokens.ts";

/** Commands with their blocks. A `while` or `block` is a list of its own; an `if` has its branches. */
export type CMakeNode =
  | { readonly kind: "command"; readonly command: CMakeCommand }
  | {
      readonly kind: "foreach" | "function" | "other";
      readonly head: CMakeCommand;
      readonly body: CMakeNode[];
    }
  | { readonly kind: "if"; readonly branches: CMakeBranch[] };

export interface CMakeBranch {
  /** Null: `else`. */
  readonly condition: readonly CMakeArgument[] | null;
  readonly body: CMakeNode[];
}

/** Puts commands into their blocks. An end without a beginning is left out; a block without an end ends with the file. */
export function nestCommands(commands: readonly CMakeCommand[]): CMakeNode[] {
  const top: CMakeNode[] = [];
  const open: { body: CMakeNode[]; branches: CMakeBranch[] | null; end: string }[] = [
    { body: top, branches: null, end: "" },
  ];
  for (const command of commands) {
    const block = open.at(-1);
    if (block === undefined) break;
    const { name } = command;
    if (name === "if") {
      const branches: CMakeBranch[] = [{ condition: command.args, body: [] }];
      block.body.push({ kind: "if", branches });
      open.push({ body: branches[0]?.body ?? [], branches, end: "endif" });
    } else if ((name === "elseif" || name === "else") && block.branches !== null) {
      const branch: CMakeBranch = { condition: name === "else" ? null : command.args, body: [] };
      block.branches.push(branch);
      open[open.length - 1] = { ...block, body: branch.body };
    } else if (BLOCKS[name] !== undefined) {
      const body: CMakeNode[] = [];
      block.body.push({ kind: BLOCKS[name], head: command, body });
      open.push({ body, branches: null, end: `end${name}` });
    } else if (name === block.end) open.pop();
    else block.body.push({ kind: "command", command });
  }
  return top;
}

const BLOCKS: Readonly<Record<string, "foreach" | "function" | "other">> = {
  foreach: "foreach",
  function: "function",
  macro: "function",
  while: "other",
  block: "other",
};
