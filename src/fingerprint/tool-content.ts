/** What makes two files of the toolchain the same. */
import { crypto } from "../late-modules.ts";
import { libraryId } from "./build-id.ts";
import { hashFile } from "./outputs.ts";
import { readScript } from "./wrapper.ts";

/**
 * Content id of a program, header or library: its bytes, but for libraries, which are large, their build id, and for
 * a wheel's launcher script what it starts: installers write each its own text, with the environment's path in it.
 */
export async function toolContent(path: string): Promise<string> {
  if (/\.so[\d.]*$/.test(path)) return libraryId(path);
  const started = entryPoint(readScript(path));
  return started === null
    ? hashFile(path)
    : crypto().createHash("sha256").update(`starts ${started}`).digest("hex");
}

/** `cmake:cmake` of the script that pip, uv or distlib writes for `[console_scripts]`; null for any other text. */
export function entryPoint(script: string | null): string | null {
  if (script === null || !isPythonScript(script)) return null;
  const [, module, name] = /^from ([\w.]+) import (\w+)$/m.exec(script) ?? [];
  if (module === undefined || name === undefined) return null;
  return new RegExp(`^ {4}(?:raise )?(?:sys\\.exit|SystemExit)\\(${name}\\(\\)\\)$`, "m").test(script)
    ? `${module}:${name}`
    : null;
}

/** True for a script that Python runs, by a `#!` line or the `exec` that pip writes where that would be too long. */
function isPythonScript(script: string): boolean {
  return /^#!.*python/.test(script) || /^#!\/bin\/sh\n'''exec' .*python/.test(script);
}
