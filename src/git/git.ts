/** The only place that starts git for bulk work: one child, bytes in, bytes out, user config pinned. */
import { childProcess } from "../late-modules.ts";

/** Config that would make git's answer depend on the user: pinned for every call. */
export const PINNED: readonly string[] = [
  "core.fsmonitor=false",
  "core.trustctime=true",
  "core.checkStat=default",
  "core.fileMode=true",
  "core.quotePath=true",
  "core.hooksPath=/dev/null",
  "diff.ignoreSubmodules=none",
  "status.submoduleSummary=false",
  "color.ui=false",
  "core.untrackedCache=false",
  "log.showSignature=false",
  // Two names that differ in case are two files here, whatever a config copied from another system says.
  ...(process.platform === "linux" ? ["core.ignoreCase=false"] : []),
].flatMap((setting) => ["-c", setting]);

export interface GitOutput {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Runs one git command.
 * @param cwd folder to run in; git's local environment (GIT_DIR...) is cleared, so the folder decides.
 * @returns exit code and output; never throws for a failing command. Code 127: git is not there.
 */
export function git(cwd: string, args: readonly string[], input?: Buffer | string): Promise<GitOutput> {
  return new Promise((resolve) => {
    const child = childProcess().spawn("git", [...PINNED, ...args], {
      cwd,
      env: gitEnvironment(),
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => errors.push(chunk));
    child.stdin?.on("error", () => {}); // git may close early; its exit code tells
    child.on("error", (error) => resolve({ code: 127, stdout: Buffer.alloc(0), stderr: String(error) }));
    child.on("close", (code) =>
      resolve({
        code: code ?? 128,
        stdout: Buffer.concat(out),
        stderr: Buffer.concat(errors).toString("utf8"),
      }),
    );
    child.stdin?.end(input);
  });
}

/** stdout as trimmed text, or null when the command failed. */
export async function gitText(cwd: string, args: readonly string[], input?: string): Promise<string | null> {
  const result = await git(cwd, args, input);
  return result.code === 0 ? result.stdout.toString("utf8").trimEnd() : null;
}

/** stdout of a `-z` command split at NUL, or null when the command failed. */
export async function gitRecords(
  cwd: string,
  args: readonly string[],
  input?: Buffer | string,
): Promise<Buffer[] | null> {
  const result = await git(cwd, args, input);
  return result.code === 0 ? splitNul(result.stdout) : null;
}

export function splitNul(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(0, from); at !== -1; at = bytes.indexOf(0, from)) {
    records.push(bytes.subarray(from, at));
    from = at + 1;
  }
  if (from < bytes.length) records.push(bytes.subarray(from));
  return records;
}

/** `git rev-parse --local-env-vars` of git 2.39 and 2.47, as a constant: a process saved per run. */
const LOCAL_VARIABLES: readonly string[] = [
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_CONFIG",
  "GIT_CONFIG_PARAMETERS",
  "GIT_CONFIG_COUNT",
  "GIT_OBJECT_DIRECTORY",
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_GRAFT_FILE",
  "GIT_INDEX_FILE",
  "GIT_NO_REPLACE_OBJECTS",
  "GIT_REPLACE_REF_BASE",
  "GIT_PREFIX",
  "GIT_SHALLOW_FILE",
  "GIT_COMMON_DIR",
  "GIT_INTERNAL_SUPER_PREFIX",
];

/** What git tells its own commands by way of a hook's environment: a reflog text, a hint. Nothing of it is a build's. */
const OF_THE_CALLER: readonly string[] = [
  "GIT_REFLOG_ACTION",
  "GIT_CHERRY_PICK_HELP",
  "GIT_INTERNAL_GETTEXT_SH_SCHEME",
];

/** Not local to a repository, but `git --literal-pathspecs commit` hands them to its hooks all the same. */
const MEANINGS: readonly string[] = [
  "GIT_LITERAL_PATHSPECS",
  "GIT_GLOB_PATHSPECS",
  "GIT_NOGLOB_PATHSPECS",
  "GIT_ICASE_PATHSPECS",
  "GIT_ATTR_SOURCE",
];

/** Environment without git's local variables, such as GIT_DIR that hooks of linked worktrees export. */
export function withoutGitVariables(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const clean = { ...environment };
  for (const name of Object.keys(clean)) {
    if (
      LOCAL_VARIABLES.includes(name) ||
      MEANINGS.includes(name) ||
      OF_THE_CALLER.includes(name) ||
      /^GIT_CONFIG_(KEY|VALUE)_\d+$/.test(name)
    )
      delete clean[name];
  }
  return clean;
}

let cachedEnvironment: NodeJS.ProcessEnv | undefined;

/** Environment for git children: read only, no fetch, nothing of the user's repository variables. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  cachedEnvironment ??= {
    ...withoutGitVariables(process.env),
    GIT_OPTIONAL_LOCKS: "0", // never write the index
    GIT_NO_LAZY_FETCH: "1", // git >= 2.45; older ones are stopped by the next line
    GIT_ALLOW_PROTOCOL: "none", // a partial clone must never fetch behind the user's back
    GIT_TERMINAL_PROMPT: "0",
    GIT_PAGER: "cat",
    LC_ALL: "C",
  };
  return cachedEnvironment;
}
