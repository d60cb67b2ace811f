/** One line of what a recipe prints, as far as it is understood. Nothing in it is trusted. Pure. */
import { readCompilerCommand } from "./compiler-command.ts";
import { withoutEscapes } from "./printable.ts";

export type StepKind = "compile" | "link" | "configure" | "other";

export interface Step {
  readonly kind: StepKind;
  /** Steps that have ended, of `total`: ninja's count. */
  readonly done?: number;
  readonly total?: number;
  /** Of the whole, as CMake's makefiles tell it. */
  readonly percent?: number;
  /** What is compiled or made, without folders of the build system. */
  readonly file?: string;
  /** What is made, as the build system names it: the same in every build. */
  readonly object?: string;
}

export type OutputLine =
  | { readonly is: "step"; readonly step: Step }
  /** The runner begins the next command of the recipe. */
  | { readonly is: "command" }
  /** The first line of a compiler's warning. */
  | { readonly is: "warning" }
  | { readonly is: "other" };

const OTHER: OutputLine = { is: "other" };

/** gcc, clang and the linker: `a.cpp:3:7: warning: ...`; nvcc: `a.cu(3): warning #177-D: ...`; `ptxas warning : ...`. */
const WARNING =
  /^(?:[^\s:][^:]*(?::\d+){0,2}: warning: |[^\s(][^(]*\(\d+\): warning(?: #[\w-]+)?: |(?:nvcc|ptxas|nvlink) warning\s*: )/;

/** Programs that say "warning:" and are no compilers. */
const NO_COMPILER = /^(?:make|gmake|setup\.py|pip|python\d?|cmake|ninja|git|install_lib)\b/;

/** What a line says. Indented ones are pip's, which wraps what the build prints. */
export function readOutputLine(raw: string): OutputLine {
  const line = withoutEscapes(raw).trim();
  if (raw.startsWith("$ ")) return { is: "command" };
  const step = readNinja(line) ?? readPercent(line) ?? readPlain(line);
  if (step !== null) return { is: "step", step };
  return WARNING.test(line) && !NO_COMPILER.test(line) ? { is: "warning" } : OTHER;
}

/** `[12/380] Building ...`, and with other fields in the brackets, as `NINJA_STATUS` has them. */
function readNinja(line: string): Step | null {
  const [, status, rest] = /^\[([^\]]{3,80})\]\s*(.*)$/.exec(line) ?? [];
  const [, ended, all] = /(?:^|[^\d/])(\d{1,6})\/(\d{1,6})(?![\d/])/.exec(status ?? "") ?? [];
  if (rest === undefined || ended === undefined) return null;
  const done = Number(ended);
  const total = Number(all);
  return done > total || total === 0 ? null : { ...describe(rest), done, total };
}

/** `[ 42%] Building CXX object ...`. "Built target" says nothing new. */
function readPercent(line: string): Step | null {
  const [, digits, rest] = /^\[\s*(\d{1,3})%\]\s+(.*)$/.exec(line) ?? [];
  if (rest === undefined || Number(digits) > 100) return null;
  return { ...describe(rest), percent: Number(digits) };
}

/** Lines without a count: setuptools, plain make, CMake's and meson's configuring, pip. */
function readPlain(line: string): Step | null {
  const command = readCompilerCommand(line);
  if (command !== null) return fromCommand(command);
  if (/^-- (?!Install|Up-to-date)\S|^The Meson build system$|^\*\*\* Configuring CMake/.test(line))
    return { kind: "configure" };
  const module = /^building '([^']{1,200})' extension$/.exec(line)?.[1];
  if (module !== undefined) return { kind: "other", file: module };
  const cython = /^(?:Compiling|\[\s*\d+\/\d+\] Cythonizing) (\S+\.pyx)\b/.exec(line)?.[1];
  if (cython !== undefined) return { kind: "other", file: cython };
  return null;
}

/** What ninja and CMake say that they do: a description, or with `-v` the command itself. */
function describe(text: string): Step {
  const [, verb = "", object = ""] =
    /^(Building|Compiling|Linking|Generating|Archiving)\b.*?\s(\S+)$/.exec(text) ?? [];
  switch (verb) {
    case "Building":
    case "Compiling":
      return / object /.test(text)
        ? { kind: "compile", file: sourceName(object), object }
        : { kind: "other", file: object };
    case "Linking":
    case "Archiving":
      return { kind: "link", file: object, object };
    case "Generating":
      return { kind: "other", file: object, object };
    default: {
      const command = readCompilerCommand(text);
      return command === null ? { kind: "other" } : fromCommand(command);
    }
  }
}

function fromCommand({ kind, file, object }: NonNullable<ReturnType<typeof readCompilerCommand>>): Step {
  return { kind, file, object: object ?? file };
}

/** `CMakeFiles/t.dir/csrc/a.cu.o` is csrc/a.cu; meson's `t.so.p/src_a.cpp.o` is src_a.cpp. */
function sourceName(object: string): string {
  return object.replace(/^.*?(?:CMakeFiles\/[^/]+\.dir|\.p)\//, "").replace(/\.(?:o|obj)$/, "");
}
