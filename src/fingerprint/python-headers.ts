import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { crypto } from "../late-modules.ts";

/**
 * Content id that stands for all of Python's headers. Watched is one file: an installer replaces them together, so
 * that its stat moves with theirs, and 200 are not looked at each time. Throws when they cannot be read.
 * @param header path of `Python.h`.
 */
export function headersId(header: string): string {
  const folder = dirname(header);
  const hash = crypto().createHash("sha256");
  for (const name of headersBelow(folder, "")) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(folder, name)))
      .update("\0");
  }
  return hash.digest("hex");
}

/** `pyconfig.h` is left out: Debian's is a switch to another folder's, and it is looked at by itself. */
function headersBelow(folder: string, below: string): string[] {
  const names: string[] = [];
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const name = join(below, entry.name);
    // Packages put folders of their own beside Python's two: numpy and greenlet do.
    if (entry.isDirectory() && below === "" && /^(cpython|internal)$/.test(entry.name)) {
      names.push(...headersBelow(folder, name));
    } else if (entry.name.endsWith(".h") && entry.name !== "pyconfig.h") names.push(name);
  }
  return names.sort();
}
