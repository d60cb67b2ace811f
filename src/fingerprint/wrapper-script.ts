/** Which programs the text of a wrapper hands its arguments to. */
import { basename, dirname, isAbsolute } from "node:path";
import { programOf, splitWords } from "./command-line.ts";
import { findProgram, isExecutable, realOf } from "./search-path.ts";

/** What a script's text is read against. */
export interface ScriptContext {
  /** Finds a bare name, as the shell would. */
  readonly find: (name: string) => string | null;
  readonly variables: Readonly<Record<string, string>>;
}

/** Commands of a script that get its arguments without being the tool. */
const NOT_TOOLS: ReadonlySet<string> = new Set(
  "echo printf logger test [ basename dirname readlink realpath command which env sh bash dash zsh ksh".split(
    " ",
  ),
);

/** Programs that lines of shell start with the script's own arguments, by `exec` or with `"$@"`. */
export function shellTargets(text: string, script: string, context: ScriptContext): string[] {
  const variables = new Map(Object.entries(context.variables));
  const targets: string[] = [];
  for (const raw of text.replaceAll("\\\n", " ").split("\n")) {
    const find = findBehind(variables.get("PATH"), context);
    const line = expand(raw.trim(), script, variables, find);
    const assignment = /^(?:export\s+|local\s+)?(\w+)=("[^"]*"|'[^']*'|\S*)\s*;?$/.exec(line);
    if (assignment?.[1] !== undefined) {
      variables.set(assignment[1], splitWords(assignment[2] ?? "").join(""));
    } else {
      const inline = /(?:^|\s)PATH=("[^"]*"|'[^']*'|\S*)\s/.exec(line)?.[1];
      const target = targetOf(
        line,
        script,
        inline === undefined ? find : findBehind(splitWords(inline).join(""), context),
      );
      if (target !== null) targets.push(target);
    }
  }
  return targets;
}

/**
 * Programs that a script of any language names as quoted absolute paths: `os.execv("/opt/cuda/bin/nvcc", argv)`.
 * One too many does no harm: it only counts as well.
 */
export function literalTargets(text: string, script: string): string[] {
  const body = text.slice(text.indexOf("\n") + 1);
  const named = [...body.matchAll(/["'](\/[^"'\n]*)["']/g)].map((found) => found[1] ?? "");
  return [...new Set(named)].filter(
    (path) => isExecutable(path) && !NOT_TOOLS.has(basename(path)) && realOf(path) !== realOf(script),
  );
}

/** A script may put folders of its own in front of PATH; what follows `$PATH` there is the search as it was. */
function findBehind(path: string | undefined, context: ScriptContext): ScriptContext["find"] {
  const front = (path ?? "").split(":").filter(isAbsolute);
  return (name) => findProgram(name, front) ?? context.find(name);
}

/** The program that a line of the script hands its arguments to. */
function targetOf(line: string, script: string, find: ScriptContext["find"]): string | null {
  const exec = /(?:^|[\s;&|{(])exec\s+(?:-a\s+(?:"[^"]*"|\S+)\s+)?(.*)$/.exec(line);
  if (exec === null && !/"?\$(?:@|\{@)/.test(line)) return null;
  const program = programOf(splitWords(exec?.[1] ?? line));
  if (program === null || NOT_TOOLS.has(basename(program))) return null;
  if (isAbsolute(program))
    return isExecutable(program) && realOf(program) !== realOf(script) ? program : null;
  // Without `exec` a bare word may be any of the shell's own: for, set, shift.
  const found = exec !== null && !program.includes("/") ? find(program) : null;
  return found !== null && realOf(found) !== realOf(script) ? found : null;
}

const NAME = String.raw`\$(?:0|\{0\}|\{?BASH_SOURCE(?:\[0\])?\}?)`;
const REAL_SELF = new RegExp(String.raw`\$\((?:readlink -f|realpath) "?${NAME}"?\)`, "g");
const OWN_FOLDER = new RegExp(String.raw`\$\(dirname (?:--\s+)?"?${NAME}"?\)|\$\{0%/\*\}`, "g");
const SELF = new RegExp(String.raw`${NAME}(?![\w%#])`, "g");

/** The idioms for "the folder of this script" and "this script", looked-up names, and variables with a known value. */
function expand(
  line: string,
  script: string,
  variables: ReadonlyMap<string, string>,
  find: ScriptContext["find"],
): string {
  return line
    .replace(REAL_SELF, () => realOf(script))
    .replace(OWN_FOLDER, () => dirname(script))
    .replace(/-a\s+"?\$(?:0|\{0\})"?/g, "-a self")
    .replace(SELF, () => script)
    .replace(/\$\(dirname "?(\/[^"$)]*)"?\)/g, (_, path: string) => dirname(path))
    .replace(/\$\(cd (?:-P\s+)?"?(\/[^"$)]*?)"?\s*&&\s*pwd(?:\s+-P)?\)/g, (_, path: string) => path)
    .replace(
      /\$\((?:command -v|which|type -P) "?([\w.+-]+)"?\)/g,
      (whole, program: string) => find(program) ?? whole,
    )
    .replace(
      /\$\{(\w+)(?::?-([^}]*))?\}|\$([A-Za-z_]\w*)/g,
      (whole, braced: string | undefined, fallback: string | undefined, plain: string | undefined) =>
        variables.get(braced ?? plain ?? "") ?? fallback ?? whole,
    );
}
