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
import { crc32 } from "node:zlib";

/**
 * Runs a CommonJS program, with compiled code from `folder` where it is there and whole. After a run that ends with exit
 * code 0, what was compiled is kept for the next one: a file for each `name` and version of Node; nothing where it is null.
 * Whatever goes wrong with the kept code, the program runs. It must not use `import()`: kept code has lost who answers
 * it (seen with Node 20.20).
 */
export function runCompiled(program: string, folder: string, name: string | null): void {
  const file = name === null ? null : join(folder, `${name}-${process.version}-${process.arch}.bin`);
  const { source, title } = readProgram(program);
  const code = file === null ? null : readCode(file, title);
  const script = new Script(`(function (require, __dirname) {${source}\n})`, {
    filename: program,
    ...(code === null ? {} : { cachedData: code }),
  });
  if (file !== null && (code === null || script.cachedDataRejected === true))
    process.once("exit", (exitCode) => {
      if (exitCode === 0) keepCode(file, title, script);
    });
  // oxlint-disable-next-line typescript/no-unsafe-assignment -- the function of the text above
  const start: (require: NodeJS.Require, folder: string) => void = script.runInThisContext();
  start(createRequire(program), dirname(program));
}

/** V8 knows its source by its length alone, so the title names this very file, as it was last written. */
function readProgram(path: string): { readonly source: string; readonly title: string } {
  const file = openSync(path, "r");
  const { ino, size, mtimeNs, ctimeNs } = fstatSync(file, { bigint: true });
  const source = readFileSync(file, "latin1"); // esbuild writes ASCII alone: a string that V8 need not look through
  closeSync(file);
  return { source, title: `${ino} ${size} ${mtimeNs} ${ctimeNs}` };
}

/** A file is a line of text, which ends with the checksum of the code, and the code: V8 trusts what it reads. */
function readCode(file: string, title: string): Buffer | null {
  try {
    const bytes = readFileSync(file);
    const end = bytes.indexOf("\n");
    const code = bytes.subarray(end + 1);
    return bytes.toString("latin1", 0, end) === `${title} ${crc32(code)}` ? code : null;
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
    const code = script.createCachedData();
    mkdirSync(folder, { recursive: true });
    writeFileSync(aside, Buffer.concat([Buffer.from(`${title} ${crc32(code)}\n`), code]));
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
