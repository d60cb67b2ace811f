#!/usr/bin/env node
/** argv -> command -> exit code. The only file that ends the process. */
import { COMMANDS, findCommand } from "./commands/index.ts";
import type { Io } from "./commands/io.ts";

const ignored = new Set<NodeJS.WriteStream>();

/** A closed pipe (`| head`) is no failure of ours. A stream is opened by its first line: that takes a millisecond. */
function print(stream: NodeJS.WriteStream, text: string): void {
  if (!ignored.has(stream)) stream.on("error", () => {});
  ignored.add(stream);
  stream.write(`${text}\n`);
}

const io: Io = {
  cwd: process.cwd(),
  result: (text) => print(process.stdout, text),
  say: (text) => print(process.stderr, text),
};

async function main(argv: readonly string[]): Promise<number> {
  const [first = "", ...rest] = argv;
  const name = first.startsWith("-") || first === "" ? "rebuild" : first;
  const command = findCommand(name);
  if (command === null) {
    const { unknownCommand } = await import("./commands/help.ts");
    return unknownCommand(io, name, Object.keys(COMMANDS));
  }
  const { run } = await command();
  return run(name === "rebuild" && first !== "rebuild" ? argv : rest, io);
}

main(process.argv.slice(2)).then(
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
