/** Has a project's own build system plan its build: everything is configured for real, nothing is compiled. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { compiledSource } from "./dependencies.ts";
import type { PlannedCommand } from "./planned-command.ts";
import { traced } from "./trace.ts";

export interface Plan {
  /** Every compile, link and generator command, in order. */
  readonly commands: readonly PlannedCommand[];
  readonly opened: ReadonlySet<string>;
  readonly asked: ReadonlySet<string>;
  readonly listed: ReadonlySet<string>;
}

export interface Planner {
  /** Of the checkout as it is now, cleaned before. A string says why there is none. */
  plan(): Plan | string;
  /** Folder, relative to the checkout, in which builds are configured. */
  readonly buildDir: string;
}

const BUILD_DIR = "zz-planned-build";

/**
 * `pythons`: interpreters with the project's build requirements, newest first; the first with which the project can be
 * planned is taken (an old setup.py does not run under a new setuptools). `scratch`: a folder of ours. `clean` takes
 * away what a failed one left: what is there already need not be made again, and then nobody opens what it is made from.
 */
export function planner(
  folder: string,
  pythons: readonly string[],
  scratch: string,
  clean: () => void,
): Planner {
  const bin = join(scratch, "bin");
  const log = join(scratch, "compilers.log");
  mkdirSync(bin, { recursive: true });
  for (const name of ["gcc", "g++", "cc", "c++"]) script(join(bin, name), recordingCompiler(log, folder));
  // Apart, because CMake's own checks are built by ninja.
  const stopping = { cmake: join(scratch, "stop-cmake"), meson: join(scratch, "stop-ninja") };
  for (const place of Object.values(stopping)) mkdirSync(place, { recursive: true });
  script(join(stopping.cmake, "cmake"), stoppingTool("/usr/bin/cmake", "--build"));
  script(join(stopping.meson, "ninja"), stoppingTool("/usr/bin/ninja", ""));
  const env = (python: string, first: string): Record<string, string> => ({
    ...cleanEnvironment(),
    PATH: `${first}:${join(python, "..")}:/usr/local/bin:/usr/bin:/bin`,
    CMAKE_EXPORT_COMPILE_COMMANDS: "ON",
    SETUPTOOLS_SCM_PRETEND_VERSION: "1.0",
    SOURCE_DATE_EPOCH: "1700000000",
    PYTHONDONTWRITEBYTECODE: "1",
  });
  const trace = (python: string, args: readonly string[], first: string): ReturnType<typeof traced> =>
    traced([python, ...args], {
      cwd: folder,
      env: env(python, first),
      log: join(scratch, "strace.log"),
      except: [".git", BUILD_DIR],
    });
  return {
    buildDir: BUILD_DIR,
    plan() {
      let failure = "no interpreter was given";
      for (const python of pythons) {
        clean();
        const plan = planWith(python);
        if (typeof plan !== "string") return plan;
        failure = plan;
      }
      return failure;
    },
  };

  function planWith(python: string): Plan | string {
    rmSync(join(folder, BUILD_DIR), { recursive: true, force: true });
    rmSync(log, { force: true });
    const hook = backendHook(folder);
    return hook === null ? planSetuptools(python) : planNinja(python, hook);
  }

  function planSetuptools(python: string): Plan | string {
    const places = ["--build-temp", `${BUILD_DIR}/temp`, "--build-lib", `${BUILD_DIR}/lib`, "--force"];
    const hasSetup = existsSync(join(folder, "setup.py"));
    const start = hasSetup ? ["setup.py"] : ["-c", "import setuptools; setuptools.setup()"];
    const run = trace(python, [...start, "build_ext", ...places], bin);
    const commands = readRecord(log);
    if (commands.length === 0) return `no compiler was called (exit ${run.code}): ${lastLine(run.output)}`;
    if (run.code !== 0) return `exit ${run.code}: ${lastLine(run.output)}`;
    // Some setup.py go on without an extension that cannot be made.
    const sources = commands.flatMap(({ cwd, argv }) => {
      const source = compiledSource(argv);
      return source === null ? [] : [resolve(cwd, source)];
    });
    const missing = sources.filter((source) => !existsSync(source));
    const translated = translate(missing, python);
    if (typeof translated === "string") return translated;
    const opened = new Set([...run.opened, ...translated.opened]);
    const asked = new Set([...run.asked, ...translated.asked]);
    return { commands, opened, asked, listed: new Set([...run.listed, ...translated.listed]) };
  }

  /** Some setup.py want Cython to have been called before, by a Makefile of the project's. */
  function translate(missing: readonly string[], python: string): Omit<Plan, "commands"> | string {
    const from = missing.map((source) => source.replace(/\.\w+$/, ".pyx"));
    const lost = missing.find((source, at) => !existsSync(from[at] ?? source));
    if (lost !== undefined) return `${lost} was not written`;
    const nothing = { opened: new Set<string>(), asked: new Set<string>(), listed: new Set<string>() };
    if (missing.length === 0) return nothing;
    const isCpp = missing.some((source) => !source.endsWith(".c"));
    const run = trace(python, ["-m", "cython", ...(isCpp ? ["--cplus"] : []), ...from], bin);
    return run.code === 0 ? run : `exit ${run.code}: ${lastLine(run.output)}`;
  }

  /** The backend's own hook up to where it would build: what it was asked to configure, it has then configured. */
  function planNinja(python: string, hook: string): Plan | string {
    const settings = JSON.stringify({ "build-dir": BUILD_DIR });
    const call = `import ${hook} as b, json; b.build_wheel("${BUILD_DIR}-out", json.loads('${settings}'))`;
    const run = trace(python, ["-c", call], hook === "mesonpy" ? stopping.meson : stopping.cmake);
    const cwd = join(folder, BUILD_DIR);
    const text = spawnSync("ninja", ["-C", cwd, "-t", "commands"], { encoding: "utf8" });
    if (text.status !== 0) return lastLine(run.output);
    const lines = text.stdout.split("\n").filter((line) => line !== "" && !line.startsWith("ninja: "));
    return { commands: lines.map((line) => ({ cwd, argv: splitWords(line) })), ...run };
  }
}

/** The module that pyproject.toml names, where it is one that makes a ninja file; null: setuptools. */
function backendHook(folder: string): string | null {
  const file = join(folder, "pyproject.toml");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const backend = /^\s*build-backend\s*=\s*["']([\w.]+)["']/m.exec(text)?.[1] ?? "";
  return backend === "mesonpy" || backend.startsWith("scikit_build_core") ? backend : null;
}

/** Compiles of the project's own files are noted and answered by an empty file; a configure check runs for real. */
function recordingCompiler(log: string, folder: string): string {
  return `#!/bin/bash
out= own=
for word; do
  [ "$take" ] && { out=$word; take=; continue; }
  case $word in
    -o) take=1 ;;
    -*) ;;
    /tmp/tmp*|/tmp/cc*) ;;
    ${folder}/*) own=1 ;;
    [!/]*.c|[!/]*.cc|[!/]*.cpp|[!/]*.cxx|[!/]*.o) case $PWD/ in ${folder}/*) own=1 ;; esac ;;
  esac
done
if [ "$own" ] && [ "$out" ]; then
  { printf '%s\\x1f' "$PWD" "\${0##*/}" "$@"; printf '\\n'; } >> '${log}'
  mkdir -p "$(dirname "$out")" && : > "$out"
else
  exec /usr/bin/"\${0##*/}" "$@"
fi
`;
}

/** Does its work but for one: it fails where it would build. An empty \`verb\`: it only tells its version. */
function stoppingTool(real: string, verb: string): string {
  const test = verb === "" ? '[ "$1" != --version ]' : `[ "$1" = ${verb} ]`;
  return `#!/bin/sh\nif ${test}; then exit 1; fi\nexec ${real} "$@"\n`;
}

function script(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

function readRecord(log: string): PlannedCommand[] {
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const [cwd = "", ...argv] = line.split("\x1f").slice(0, -1);
    return { cwd, argv };
  });
}

/** A shell's words, as CMake and meson quote them. */
function splitWords(line: string): string[] {
  const words = line.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? [];
  return words.map((word) =>
    word.replaceAll(
      /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g,
      (_all, double?: string, single?: string, one?: string) =>
        double === undefined ? (single ?? one ?? "") : double.replaceAll(/\\(["\\$])/g, "$1"),
    ),
  );
}

function cleanEnvironment(): Record<string, string> {
  const kept = ["HOME", "TMPDIR", "LANG"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), LC_ALL: "C.UTF-8" };
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1)?.slice(0, 200) ?? "";
}
