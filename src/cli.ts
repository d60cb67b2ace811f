#!/usr/bin/env node
/** The executable: starts `main.ts`, bundled to one file, with the code that V8 compiled for it before. */
import { join } from "node:path";
import { runCompiled } from "./run-compiled.ts";

const [command = ""] = process.argv.slice(2);
const program = join(import.meta.dirname, "main.js");
const folder = join(import.meta.dirname, "..", "compiled");
runCompiled(program, folder, /^[a-z]/.test(command) ? command : "rebuild");
