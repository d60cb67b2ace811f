import { basename } from "node:path";
import type { Interpreter, Tool, ToolFile } from "../model.ts";
import { hashFile } from "./outputs.ts";
import { probeInterpreter } from "./interpreter.ts";
import { headersId } from "./python-headers.ts";
import { isExecutable, realOf } from "./search-path.ts";
import { isSysconfigData, sysconfigId } from "./sysconfig-data.ts";
import { areUnmoved, identityOf, readAll, type ToolFileReader } from "./tool-files.ts";

/**
 * The interpreter as it is now: the recorded facts while its files hold what they held, else asked again (a venv
 * made anew with another Python keeps its path).
 */
export async function currentInterpreter(
  recorded: Interpreter | null,
  before: Tool | null,
  read: ToolFileReader,
): Promise<Interpreter | null> {
  if (recorded === null || !isExecutable(recorded.path)) return null;
  const files = await readPython(recorded, read);
  const isSame =
    recorded.identityFiles[0] === realOf(recorded.path) &&
    before?.identity === pythonIdentity(recorded, files, before);
  if (isSame) return recorded;
  const probed = await probeInterpreter(recorded.path);
  return probed.ok ? probed.value : null;
}

/**
 * The Python of a toolchain, as an extension is made from it: its ABI, version, headers and build settings. The
 * interpreter's own code is no part of an extension, which calls it by the ABI: a rebuilt or patched binary of the
 * same version, with the same headers, makes the same extension. Without headers there is only the binary to go by.
 */
export async function observePython(
  interpreter: Interpreter | null,
  before: Tool | null,
  read: ToolFileReader,
): Promise<Tool> {
  if (interpreter === null) return { role: "python", path: null, files: [], version: "", identity: "" };
  const files = await readPython(interpreter, read);
  const { path, version } = interpreter;
  return { role: "python", path, files, version, identity: pythonIdentity(interpreter, files, before) };
}

function readPython(interpreter: Interpreter, read: ToolFileReader): Promise<ToolFile[]> {
  return readAll(read, [interpreter.path, ...interpreter.identityFiles], pythonContent);
}

async function pythonContent(path: string): Promise<string> {
  if (isSysconfigData(path)) return sysconfigId(path);
  return basename(path) === "Python.h" ? headersId(path) : hashFile(path);
}

/** `soabi` is one of the settings in the files, so that these and the version tell whether it can have changed. */
function pythonIdentity(interpreter: Interpreter, files: readonly ToolFile[], before: Tool | null): string {
  if (before?.version === interpreter.version && areUnmoved(before.files, files)) return before.identity;
  const counted = files.filter((file) => isSysconfigData(file.path) || file.path.endsWith(".h"));
  const hasHeaders = counted.some((file) => basename(file.path) === "Python.h");
  return identityOf(hasHeaders ? counted : files, [interpreter.soabi, interpreter.version]);
}
