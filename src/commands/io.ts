/** What a command may touch of the process: results on stdout, everything for people on stderr. */
export interface Io {
  readonly cwd: string;
  readonly result: (text: string) => void;
  readonly say: (text: string) => void;
}

/** A command: its arguments in, its exit code out. */
export interface Command {
  readonly run: (argv: readonly string[], io: Io) => Promise<number>;
}
