/** argv -> command -> exit code. The only file that says how the process ends. Started by `cli.ts`. */
import { writeSync } from "node:fs";
import { isCommandName } from "./command-line/table.ts";
import { asksForHelp } from "./commands/arguments.ts";
import { findCommand } from "./commands/index.ts";
import type { Io } from "./commands/io.ts";
import { errorCode } from "./store/state-file.ts";

/** Streams that were needed: see {@link print}. */
const opened = new Map<1 | 2, NodeJS.WriteStream>();

/**
 * To open `process.stdout` takes 5 ms, a seventh of what node itself takes. It is opened where a pipe that nobody waits
 * on is full, and then has all that follows. A closed one (`| head`) is no failure of ours.
 */
function print(descriptor: 1 | 2, text: string): void {
  let left = Buffer.from(`${text}\n`);
  try {
    while (!opened.has(descriptor) && left.length > 0) left = left.subarray(writeSync(descriptor, left));
    opened.get(descriptor)?.write(left);
  } catch (error) {
    if (errorCode(error) === "EAGAIN") open(descriptor).write(left);
  }
}

function open(descriptor: 1 | 2): NodeJS.WriteStream {
  const stream = descriptor === 1 ? process.stdout : process.stderr;
  stream.on("error", () => {});
  opened.set(descriptor, stream);
  return stream;
}

const io: Io = {
  cwd: process.cwd(),
  result: (text) => print(1, text),
  say: (text) => print(2, text),
};

async function run(argv: readonly string[]): Promise<number> {
  const [first = "", ...rest] = argv;
  const isBare = first.startsWith("-") || first === "";
  const name = isBare ? "rebuild" : first;
  const words = isBare ? argv : rest;
  const command = findCommand(name);
  if (command === null) {
    const { unknownCommand } = await import("./commands/help.ts");
    return unknownCommand(io, name);
  }
  if (isCommandName(name) && asksForHelp(words)) {
    const { run: showHelp } = await import("./commands/help.ts");
    return showHelp(isBare ? [] : [name], io);
  }
  const { run: runCommand } = await command();
  return runCommand(words, io);
}

/** Runs what the command line says, and sets the exit code. */
export function main(): void {
  run(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      const stack = error instanceof Error ? error.stack : String(error);
      io.say(
        `rebuild-if-needed: E999 this is a bug. Nothing more was done.\n${stack}\nNext: report it with the text above`,
      );
      process.exitCode = 1;
    },
  );
}
