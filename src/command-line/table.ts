/** Every command and option, as data: the parser, the help and the completions of three shells are made of it. */

/** What a shell can offer for a value; `any`: nothing. */
export type ValueKind = "any" | "file" | "revision" | "remote" | "command" | "shell" | "program";

export interface OptionLine {
  /** Without the dashes. */
  readonly name: string;
  /** Name of its value in the help; none: a flag. */
  readonly value?: string;
  readonly kind?: ValueKind;
  /** May be given more than once. */
  readonly many?: true;
  readonly says: string;
}

/** The words of a command that are no options. */
export interface OperandLine {
  /** As in the help, such as `[REV]`. */
  readonly shown: string;
  readonly kind: ValueKind;
  readonly most: number;
}

export interface CommandLine {
  readonly says: string;
  readonly operand?: OperandLine;
  readonly options: readonly OptionLine[];
}

const JSON_OUT: OptionLine = { name: "json", says: "the answer as JSON on stdout" };
const EXTENSION: OptionLine = {
  name: "extension",
  value: "NAME",
  many: true,
  says: "only this extension; may be repeated",
};

/** In the order of the help. `rebuild` is what runs without a command. */
export const COMMAND_NAMES = [
  "rebuild",
  "check",
  "preview",
  "verify",
  "init",
  "install",
  "uninstall",
  "status",
  "history",
  "wait",
  "cancel",
  "undo",
  "doctor",
  "allow",
  "exec",
  "why",
  "demo",
  "completion",
  "help",
] as const;

export type CommandName = (typeof COMMAND_NAMES)[number];

const COMMAND_LINES: Readonly<Record<CommandName, CommandLine>> = {
  rebuild: {
    says: "look; restore or rebuild what is stale; verify",
    options: [
      { name: "force", says: "rebuild also what is fresh" },
      { name: "dry-run", says: "say what would be done" },
      JSON_OUT,
      EXTENSION,
      { name: "no-wait", says: "exit 4 when another build runs" },
    ],
  },
  check: { says: "look only; exit 10 when stale", options: [JSON_OUT, EXTENSION] },
  preview: {
    says: "what would a pull or switch to REV need?",
    operand: { shown: "[REV]", kind: "revision", most: 1 },
    options: [
      { name: "from", value: "REV", kind: "revision", says: "from this commit, not from the last build" },
      { name: "stdin", says: "lines OLD NEW in, a line of JSON out for each" },
      JSON_OUT,
    ],
  },
  verify: {
    says: "hold outputs, or any library, against what must load",
    operand: { shown: "[FILE.so ...]", kind: "file", most: 10_000 },
    options: [
      { name: "explain", says: "what must hold, and where each line comes from" },
      { name: "wheel", value: "FILE", kind: "file", says: "hold a wheel against it" },
      { name: "format", value: "KIND", says: "text, json, github (annotations) or junit (XML)" },
      EXTENSION,
      JSON_OUT,
    ],
  },
  init: {
    says: "detect, configure, adopt the present build, install the hooks",
    options: [
      { name: "local", says: "keep the configuration in the git dir, untracked" },
      { name: "yes", says: "ask nothing" },
      { name: "assume-fresh", says: "take the present build for one of this source, on your word" },
    ],
  },
  install: { says: "put the hooks in; nothing else", options: [] },
  uninstall: {
    says: "take the hooks out",
    options: [{ name: "purge", says: "remove kept builds and records as well" }],
  },
  status: {
    says: "check, running and last build",
    options: [{ name: "short", says: "one word for a prompt, nothing when fresh" }, JSON_OUT],
  },
  history: {
    says: "builds with their reasons, newest last",
    options: [{ name: "all", says: "not only the last 20" }, JSON_OUT],
  },
  wait: {
    says: "watch the running build to its end",
    options: [{ name: "json", says: "its events on stdout, a line of JSON each" }],
  },
  cancel: { says: "stop the running build; the old one stays", options: [] },
  undo: {
    says: "put the build before this one back",
    options: [{ name: "list", says: "which builds are kept" }, EXTENSION],
  },
  doctor: { says: "can a build succeed here? do the hooks fire?", options: [JSON_OUT] },
  allow: {
    says: "let foreign commits of HEAD build",
    options: [
      { name: "yes", says: "allow exactly these" },
      { name: "remote", value: "NAME", kind: "remote", says: "trust this remote's branches" },
    ],
  },
  exec: {
    says: "make fresh, then run CMD; its exit code is CMD's",
    operand: { shown: "-- CMD [ARG ...]", kind: "program", most: 10_000 },
    options: [],
  },
  why: {
    says: "would a change of this file rebuild?",
    operand: { shown: "PATH", kind: "file", most: 1 },
    options: [JSON_OUT],
  },
  demo: {
    says: "see the whole job on a small real project",
    options: [{ name: "keep", says: "leave the project there" }],
  },
  completion: {
    says: "completions and a prompt function for bash, zsh or fish",
    operand: { shown: "bash|zsh|fish", kind: "shell", most: 1 },
    options: [],
  },
  help: {
    says: "this text, or that of one command",
    operand: { shown: "[COMMAND]", kind: "command", most: 1 },
    options: [],
  },
};

/** The line of a command. */
export function commandLine(name: CommandName): CommandLine {
  return COMMAND_LINES[name];
}

/** Is this word a command that a person types? */
export function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(COMMAND_LINES, word);
}

/** The shells that `completion` knows. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof SHELLS)[number];
