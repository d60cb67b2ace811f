#!/usr/bin/env node
/** The executable: starts `main.ts`, bundled to one file, with the code that V8 compiled for it before. */
import { join } from "node:path";
import { runCompiled } from "./run-compiled.ts";

/** Commands that are called often and end soon. Compiled code is half a megabyte for each. */
const OFTEN = [
  "check",
  "exec",
  "help",
  "hook",
  "look-later",
  "preview",
  "rebuild",
  "status",
  "verify",
  "why",
];

const [first = ""] = process.argv.slice(2);
const command = /^[a-z]/.test(first) ? first : "rebuild";
const program = join(import.meta.dirname, "main.js");
runCompiled(program, join(import.meta.dirname, "..", "compiled"), OFTEN.includes(command) ? command : null);
