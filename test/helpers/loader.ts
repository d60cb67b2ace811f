import { execFileSync } from "node:child_process";
import type { Interpreter } from "../../src/model.ts";

/** What the dynamic loader said of one file. */
export interface LoaderAnswer {
  readonly loads: boolean;
  /** Its words when it refused; null when it took the file, or died. */
  readonly error: string | null;
  /** Number of the signal that ended it, or 0. */
  readonly signal: number;
}

/** One process for each file, as `import` does it: RTLD_NOW. A hang counts as a death. */
const ASK = `
import ctypes, importlib, json, os, resource, signal, sys
request = json.load(sys.stdin)
for name in request["first"]:
    importlib.import_module(name)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
answers = []
for path in request["files"]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            ctypes.CDLL(path.encode("utf-8", "surrogateescape").decode(), mode=os.RTLD_NOW)
        except OSError as error:
            os.write(writer, str(error).encode("utf-8", "replace"))
            os._exit(1)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        error = pipe.read().decode("utf-8", "replace")
    status = os.waitpid(child, 0)[1]
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1
    answers.append({
        "loads": code == 0,
        "error": error if code == 1 else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
    })
json.dump(answers, sys.stdout)
`;

/** Loads each file in a fresh process that has imported the modules `first`. */
export function askLoader(
  python: Interpreter,
  files: readonly string[],
  { first = [], env = process.env }: { first?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
): LoaderAnswer[] {
  const answer = execFileSync(python.path, ["-c", ASK], {
    input: JSON.stringify({ files, first }),
    env,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answers: unknown = JSON.parse(answer);
  if (!isAnswers(answers) || answers.length !== files.length) throw new Error(`answered: ${answer}`);
  return answers;
}

function isAnswers(value: unknown): value is LoaderAnswer[] {
  return (
    Array.isArray(value) && value.every((one) => typeof one === "object" && one !== null && "loads" in one)
  );
}

/** The symbol, version or library that the loader named as what it lacks. */
export interface Lack {
  readonly symbol?: string;
  readonly version?: string;
  readonly library?: string;
}

/** What the loader's words name, or null when they name nothing (a broken file). */
export function lackIn(error: string): Lack | null {
  const [, symbol, version] = /undefined symbol: ([^,]*)(?:, version (\S*))?/.exec(error) ?? [];
  if (symbol !== undefined) return version === undefined ? { symbol } : { symbol, version };
  const [, moved, ofVersion] = /symbol (\S+), version (\S+) not defined in file/.exec(error) ?? [];
  if (moved !== undefined && ofVersion !== undefined) return { symbol: moved, version: ofVersion };
  const [, unmet] = /version `([^']+)' not found/.exec(error) ?? [];
  if (unmet !== undefined) return { version: unmet };
  const [, library] = /^([^:/]+): cannot open shared object file/.exec(error) ?? [];
  return library === undefined ? null : { library };
}
