#!/usr/bin/env node
/** The executable: starts the program, bundled to two files, with the code that V8 compiled for it before. */
import { join } from "node:path";
import { type Loaded, loadCompiled } from "./load-compiled.ts";
import { EXIT } from "./report/failure.ts";

/** Commands that mostly find nothing to do, or read files alone: `look.js` is a third of `main.js`. */
const LOOKS = ["check", "hook", "status", "verify"];

/** Commands that are called often and end soon, and the builder, which a short build waits for. Compiled code is up to half a megabyte for each. */
const OFTEN = [...LOOKS, "builder", "exec", "help", "look-later", "preview", "rebuild", "why"];

const [first = ""] = process.argv.slice(2);
const command = /^[a-z]/.test(first) ? first : "rebuild";

let whole: Loaded | undefined;

/** The whole program. For a look that found something, whatever it found is a good run of it. */
function loadMain(goodCodes: readonly number[]): Loaded {
  return (whole ??= load("main", goodCodes));
}

function load(part: "look" | "main", goodCodes: readonly number[]): Loaded {
  return loadCompiled({
    program: join(import.meta.dirname, `${part}.js`),
    folder: join(import.meta.dirname, "..", "compiled"),
    name: OFTEN.includes(command) ? `${command}-${part}` : null,
    goodCodes,
    apart: (name) => loadMain([EXIT.good, EXIT.stopped, EXIT.stale]).modules[name]?.(),
  });
}

(LOOKS.includes(command) ? load("look", [EXIT.good]) : loadMain([EXIT.good])).main();
