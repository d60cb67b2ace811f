/** Runs a command under strace: which files below a folder did it ask for, there or not? */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";

export interface Traced {
  readonly code: number;
  readonly output: string;
  /** Relative paths of files that were opened, or looked for in vain. */
  readonly opened: ReadonlySet<string>;
  /** Relative paths of files that were asked for in any way: only whether they are there can have mattered. */
  readonly asked: ReadonlySet<string>;
  /** Relative paths of folders whose entries were listed; "" is the folder itself. */
  readonly listed: ReadonlySet<string>;
}

export interface TraceOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where the trace is written. */
  readonly log: string;
  /** Paths of interest, as folders below `cwd`, that are left out: build folders. */
  readonly except: readonly string[];
}

/** Throws when strace is not there. Needs strace 5 or later, for the folder that each call is relative to. */
export function traced(argv: readonly string[], options: TraceOptions): Traced {
  const { cwd, env, log } = options;
  const calls = "trace=openat,open,newfstatat,stat,lstat,access,faccessat2,readlink,readlinkat,statx";
  const result = spawnSync(
    "strace",
    ["-f", "-y", "-qq", "-s", "4096", "--seccomp-bpf", "-e", calls, "-o", log, ...argv],
    {
      cwd,
      env: { ...env },
      encoding: "utf8",
      maxBuffer: 1 << 28,
      timeout: 600_000,
    },
  );
  if (result.error !== undefined) throw result.error;
  const asked = new Set<string>();
  const opened = new Set<string>();
  const listed = new Set<string>();
  const call = /\w+\((?:AT_FDCWD|\d+)?<?([^>"]*)>?(?:, )?"((?:[^"\\]|\\.)*)"(.*)$/;
  for (const line of readFileSync(log, "latin1").split("\n")) {
    const [, base = "", name = "", rest = ""] = call.exec(line) ?? [];
    if (name === "" || (!isAbsolute(name) && base === "")) continue;
    const path = relative(cwd, isAbsolute(name) ? name : join(base, name));
    if (path.startsWith("..") || options.except.some((one) => path === one || path.startsWith(`${one}/`)))
      continue;
    if (rest.includes("O_DIRECTORY")) listed.add(path);
    else (/\bopen(at)?\(/.test(line) ? opened : asked).add(path);
  }
  return { code: result.status ?? 1, output: `${result.stdout}${result.stderr}`, opened, asked, listed };
}
