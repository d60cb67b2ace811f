import type { Interpreter, Tool } from "../model.ts";
import { probeInterpreter } from "./interpreter.ts";
import { isExecutable, realOf } from "./search-path.ts";
import { identityOf, readAll, type ToolFileReader } from "./tool-files.ts";

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
  const files = await readAll(read, pythonFiles(recorded));
  const isSame =
    recorded.identityFiles[0] === realOf(recorded.path) &&
    before?.identity === pythonIdentity(recorded, files);
  if (isSame) return recorded;
  const probed = await probeInterpreter(recorded.path);
  return probed.ok ? probed.value : null;
}

/** The Python of a toolchain: its ABI and its own files. */
export async function observePython(interpreter: Interpreter | null, read: ToolFileReader): Promise<Tool> {
  if (interpreter === null) return { role: "python", path: null, files: [], version: "", identity: "" };
  const files = await readAll(read, pythonFiles(interpreter));
  const { path, version } = interpreter;
  return { role: "python", path, files, version, identity: pythonIdentity(interpreter, files) };
}

function pythonFiles(interpreter: Interpreter): string[] {
  return [interpreter.path, ...interpreter.identityFiles];
}

function pythonIdentity(interpreter: Interpreter, files: Parameters<typeof identityOf>[0]): string {
  return identityOf(files, [interpreter.soabi, interpreter.version]);
}
