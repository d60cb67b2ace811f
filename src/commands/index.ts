import { isCommandName, type CommandName } from "../command-line/table.ts";
import type { Command } from "./io.ts";

/** Each command is loaded when it is called: the idle path of a hook pays for nothing else. */
const COMMANDS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  rebuild: () => import("./rebuild.ts"),
  check: () => import("./check.ts"),
  preview: () => import("./preview.ts"),
  verify: () => import("./verify.ts"),
  init: () => import("./init.ts"),
  install: () => import("./install.ts"),
  uninstall: () => import("./uninstall.ts"),
  status: () => import("./status.ts"),
  history: () => import("./history.ts"),
  wait: () => import("./wait.ts"),
  cancel: () => import("./cancel.ts"),
  undo: () => import("./undo.ts"),
  doctor: () => import("./doctor.ts"),
  allow: () => import("./allow.ts"),
  exec: () => import("./exec.ts"),
  why: () => import("./why.ts"),
  demo: () => import("./demo.ts"),
  completion: () => import("./completion.ts"),
  help: () => import("./help.ts"),
};

/** For hooks and for ourselves; not in the help. */
const INTERNAL: Readonly<Record<string, () => Promise<Command>>> = {
  hook: () => import("./hook.ts"),
  "look-later": () => import("./look-later.ts"),
  builder: () => import("./builder.ts"),
};

export function findCommand(name: string): (() => Promise<Command>) | null {
  if (isCommandName(name)) return COMMANDS[name];
  return Object.hasOwn(INTERNAL, name) ? (INTERNAL[name] ?? null) : null;
}
