/**
 * Compiling our code takes longer than a look that finds nothing. V8 can keep what it compiled; Node does that by itself
 * from version 22 on (`module.enableCompileCache`), and only for whoever asks. We keep it as Python keeps `__pycache__`:
 * beside the package, where only who could change the program itself can write.
 */
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Script } from "node:vm";

export interface CompiledProgram {
  /**
   * Absolute path of a file that is a function of `require`, `__dirname` and `module`, as `esbuild.config.mjs` writes it.
   * It must not use `import()`: kept code has lost who answers it (Node 20.20).
   */
  readonly program: string;
  /** Where code is kept, a file for each `name` and version of Node. */
  readonly folder: string;
  /** Null: nothing is kept. */
  readonly name: string | null;
  /** After a run that ends otherwise nothing is kept: it has not seen what a good one runs. */
  readonly goodCodes: readonly number[];
  /** Answers `require("apart:...")`. */
  readonly apart: (name: string) => unknown;
}

/** What a program exports. */
export interface Loaded {
  readonly main: () => void;
  /** Modules that another program may ask for, by name; of `main.js` only. */
  readonly modules: Readonly<Record<string, () => unknown>>;
}

/**
 * Loads a program, with kept code where it is there and whole; else what is compiled until the process ends is kept for
 * the next one. Whatever goes wrong with kept code, the program runs.
 */
export function loadCompiled(request: CompiledProgram): Loaded {
  const { program, folder, name, goodCodes, apart } = request;
  const file = name === null ? null : join(folder, `${name}-${process.version}-${process.arch}.bin`);
  const { source, title } = readProgram(program);
  const code = file === null ? null : readCode(file, title);
  const script = new Script(source, {
    filename: program,
    ...(code === null ? {} : { cachedData: code }),
  });
  if (file !== null && (code === null || script.cachedDataRejected === true))
    process.once("exit", (exitCode) => {
      if (goodCodes.includes(exitCode)) keepCode(file, title, script);
    });
  // oxlint-disable-next-line typescript/no-unsafe-assignment -- the function of the text above
  const start: (require: (name: string) => unknown, folder: string, module: { exports: Loaded }) => void =
    script.runInThisContext();
  const require = createRequire(program);
  const module: { exports: Loaded } = { exports: { main: () => {}, modules: {} } };
  start((id) => (id.startsWith("apart:") ? apart(id) : require(id)), dirname(program), module);
  return module.exports;
}

/** V8 knows its source by its length alone, so the title names this very file, as it was last written. */
function readProgram(path: string): { readonly source: string; readonly title: string } {
  const file = openSync(path, "r");
  const { ino, size, mtimeNs, ctimeNs } = fstatSync(file, { bigint: true });
  const source = readFileSync(file, "latin1"); // esbuild writes ASCII alone: a string that V8 need not look through
  closeSync(file);
  return { source, title: `${ino} ${size} ${mtimeNs} ${ctimeNs}\n` };
}

/**
 * A file is the title and the code, twice: V8 trusts what it reads, and to compare two copies is quicker than to load
 * what makes a checksum.
 */
function readCode(file: string, title: string): Buffer | null {
  try {
    const bytes = readFileSync(file);
    const half = bytes.length / 2;
    const [one, other] = [bytes.subarray(0, half), bytes.subarray(half)];
    if (!one.equals(other) || one.toString("latin1", 0, title.length) !== title) return null;
    return one.subarray(title.length);
  } catch {
    return null;
  }
}

function keepCode(file: string, title: string, script: Script): void {
  const folder = dirname(file);
  const aside = `${file}.new`; // one name for all: who is killed here leaves no more than that
  try {
    // A file of root's in another user's node_modules could not be removed by its owner.
    if (statSync(dirname(folder)).uid !== process.getuid?.()) return;
    const copy = Buffer.concat([Buffer.from(title), script.createCachedData()]);
    mkdirSync(folder, { recursive: true });
    writeFileSync(aside, Buffer.concat([copy, copy]));
    renameSync(aside, file);
  } catch {
    remove(aside); // a full disk
  }
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // a package that cannot be written
  }
}
