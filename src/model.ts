/** The words of docs/glossary.md as data. Types only: nothing here runs. */

/** Repository-relative POSIX path. Bytes that are not UTF-8 are carried as lone surrogates (see git/path-bytes.ts). */
export type RepoPath = string;

/** Where a repository lives and where its state is kept. All paths are absolute and real. */
export interface Workspace {
  /** Top of the work tree. */
  readonly top: string;
  /** Git dir of this work tree (differs from `commonDir` in a linked worktree). */
  readonly gitDir: string;
  readonly commonDir: string;
  /** `<gitDir>/rebuild-if-needed`: all state of this work tree. May not exist yet. */
  readonly stateDir: string;
  /** `<commonDir>/rebuild-if-needed/slots`: shared by linked worktrees. May not exist yet. */
  readonly slotsDir: string;
}

export type Mode = "auto" | "foreground" | "background" | "notify";
export type Strategy = "clean" | "ladder";
export type Level = "incremental" | "reconfigure" | "clean";

/** Tools whose identity can be part of a fingerprint; `recipe`: other programs that the recipe names. */
export type ToolRole = "cc" | "cxx" | "nvcc" | "cmake" | "ninja" | "meson" | "python" | "recipe";

/** The variables by which a project installs its libraries from a wheel instead of compiling them. */
export interface Precompiled {
  /** On when it is `1` or `true`. */
  readonly switch: string;
  /** Path or URL of a wheel; set, it switches on too, and no commit counts. */
  readonly location: string;
  /** Commit whose wheel is installed. We give it where a person does not. */
  readonly commit: string;
  /** What else chooses among wheels. */
  readonly variants: readonly string[];
}

/** Which wheel stands in for a compile: one that a person named, or that of the upstream commit below HEAD. */
export type WheelSource =
  | { readonly kind: "upstream" }
  | { readonly kind: "commit"; readonly commit: string }
  | { readonly kind: "location"; readonly location: string };

/** One thing that is rebuilt as a unit, after presets, files and detection were merged. */
export interface Extension {
  readonly name: string;
  /** Picomatch globs over repository paths; a leading `!` excludes. Later ones win. */
  readonly inputs: readonly string[];
  /** pyproject.toml tables that count as input, such as `build-system` or `tool.scikit-build`. */
  readonly pyprojectTables: readonly string[];
  /** Globs over repository paths of what the build leaves for Python to load. */
  readonly outputs: readonly string[];
  /** Output globs that a person configured: each must match a file after the recipe. */
  readonly configuredOutputs?: readonly string[];
  /** Python distribution whose editable install puts outputs into the environment, or null. */
  readonly distribution: string | null;
  readonly buildDirs: readonly RepoPath[];
  /** argv lists, run in order from the top of the work tree. `python` means the recorded interpreter. */
  readonly recipe: readonly (readonly string[])[];
  /** Names of environment variables that change the outputs, the common ones included. */
  readonly environment: readonly string[];
  /** `module:name`, `module`, or `torch.ops.<namespace>.<op>`. */
  readonly require: readonly string[];
  /** What callers use and a build may lack: of the same form, or `torch.ops.<namespace>`. */
  readonly optional?: readonly string[];
  readonly tools: readonly ToolRole[];
  /** Distributions of the environment whose version is part of the toolchain (build requirements, torch). */
  readonly packages: readonly string[];
  /** True when the inputs are globs from the root that a preset guessed (see docs/how-it-decides.md, blind spots). */
  readonly guessed: boolean;
  /** Absent: it is always compiled. */
  readonly precompiled?: Precompiled;
  /** Set where the environment says so: nothing is compiled, this wheel is installed. */
  readonly wheel?: WheelSource;
}

export interface Config {
  /** Name of the detected or configured preset. */
  readonly preset: string;
  readonly mode: Mode;
  readonly strategy: Strategy;
  /** Give inputs whose content is what was last built the mtime that they had then. */
  readonly healMtimes: boolean;
  /** How long a recipe may run, in ms. */
  readonly timeLimitMs: number;
  /** As configured, relative to the top or absolute; null: detect. */
  readonly interpreter: string | null;
  readonly extensions: readonly Extension[];
  /** Files the configuration was read from, absolute, lowest precedence first. */
  readonly files: readonly string[];
  /** True when a config file in the work tree (not the git dir) was read. */
  readonly hasTreeConfig: boolean;
}

/** What the recorded interpreter told about itself; found once, kept in the environment of record. */
export interface Interpreter {
  /** Path as chosen (a venv's `bin/python`), absolute. */
  readonly path: string;
  readonly version: string;
  readonly soabi: string;
  readonly extSuffix: string;
  readonly prefix: string;
  readonly basePrefix: string;
  /** site-packages folders, purelib first. */
  readonly sitePackages: readonly string[];
  readonly includeDir: string;
  /** Files whose change may mean another Python: first the real binary, then `_sysconfigdata*.py` and headers. */
  readonly identityFiles: readonly string[];
}

/** Interpreter, PATH and allow-listed variables as recorded at `init` and at each good build a person started. */
export interface EnvironmentOfRecord {
  readonly version: 1;
  readonly interpreter: Interpreter | null;
  /** PATH entries, absolute and outside the tree (but for the interpreter's own folder). */
  readonly path: readonly string[];
  /** Variables that were set, by name. */
  readonly variables: Readonly<Record<string, string>>;
  readonly recordedAt: string;
}

/** stat of a file, times and inode as decimal strings (they exceed 2^53). */
export interface FileStat {
  readonly size: number;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
  readonly ino: string;
}

export interface ToolFile extends FileStat {
  readonly path: string;
  readonly sha256: string;
}

/** A program of the toolchain: the name found on PATH and all files that it resolves to. */
export interface Tool {
  readonly role: ToolRole;
  /** Path found on the recorded PATH, or null when there is none. */
  readonly path: string | null;
  /** The found file, wrapper scripts followed, sub-tools (cc1plus, cicc, ptxas) included. */
  readonly files: readonly ToolFile[];
  /** For people: `12.2.0`. Empty when unknown. */
  readonly version: string;
  /** sha256 over what counts of `files` (contents, versions); free of paths and times. Empty when the tool is absent. */
  readonly identity: string;
  /** What each driver answered when it was asked for its parts, so that an unmoved one is not asked again. */
  readonly parts?: Readonly<Record<string, readonly string[]>>;
}

/** A distribution of the environment: torch, setuptools, pybind11... */
export interface Package {
  readonly name: string;
  /** Version as installed, or null when it is not installed. */
  readonly version: string | null;
  /** Content identity (RECORD hash; for torch version.py and build-ids). Empty when not installed. */
  readonly identity: string;
  /** Files to stat for the fast answer. */
  readonly files: readonly ToolFile[];
}

export interface Toolchain {
  readonly tools: readonly Tool[];
  readonly packages: readonly Package[];
  /** Allow-listed variables that are set. */
  readonly variables: Readonly<Record<string, string>>;
}

/** inputs + toolchain + recipe. */
export interface Fingerprint {
  /** path -> content id, sorted by code unit. */
  readonly inputs: Readonly<Record<RepoPath, string>>;
  /** Files that a rule names and no build reads, in the same form; no part of the hash. */
  readonly bystanders?: Readonly<Record<RepoPath, string>>;
  /** Whole content ids of the inputs that count by part; no part of the hash. */
  readonly whole?: Readonly<Record<RepoPath, string>>;
  /** Content ids of what variables name outside of the repository, by `$NAME`. */
  readonly externals?: Readonly<Record<string, string>>;
  readonly toolchain: Toolchain;
  readonly recipe: readonly (readonly string[])[];
  /** sha256 over the meaning of all of the above; no machine paths, no times. */
  readonly hash: string;
}

/** A file that the build left for Python to load. */
export interface Output extends FileStat {
  /** Repository path, or an absolute path when the file lies in the environment. */
  readonly path: string;
  readonly mode: number;
  readonly sha256: string;
}

/** How it is known that a file is an input: `rule` (a glob names it), `tree` (named by build files or included), `build` (the build itself read it). */
export type FoundBy = "rule" | "tree" | "build";

/** What a good build was seen to read. */
export interface BuildAnswer {
  /** Tracked or untracked files of the work tree that compilers and build tools read, sorted by code unit. */
  readonly files: readonly RepoPath[];
  /** Who said so. */
  readonly by: readonly ("cmake-file-api" | "ninja-deps" | "depfiles" | "meson-introspection")[];
}

/** Which changes of the ground a build's outputs survive, by the names that its libraries need of others. */
export interface Survives {
  /** No library needs a C++ name of torch. */
  readonly torch: boolean;
  /** No library needs a name of Python outside the limited API, and modules say `abi3`. */
  readonly python: boolean;
}

/** An input's file as a build found it: for giving it that time back when its content is back. */
export interface InputTime {
  readonly mtimeNs: string;
  /** Bytes. With `id`, which forgives line endings, it says that the content is the same. */
  readonly size: number;
  /** git's id of the whole file, where the fingerprint may hold one of a part. */
  readonly id: string;
}

/** mtimes of the inputs that a build found, and when it was done. */
export interface InputTimes {
  /** ms since the epoch. What is younger in a build directory, this build did not leave. */
  readonly builtAtMs: number;
  readonly files: Readonly<Record<RepoPath, InputTime>>;
}

export type BuildOrigin = "built" | "restored" | "adopted" | "assumed" | "unproven";

/** Native names (`torch.ops.<namespace>.<op>`, `module:name`), each with all places of the inputs that register it. */
export type SeenNames = Readonly<Record<string, readonly string[]>>;

/** Fingerprint and output manifest of the last verified build of this (worktree, extension, interpreter). */
export interface Baseline {
  readonly version: 1;
  readonly extension: string;
  readonly interpreter: string | null;
  readonly buildId: string;
  readonly origin: BuildOrigin;
  /** HEAD when it was built, or null. */
  readonly commit: string | null;
  readonly at: string;
  /** Why it is unproven; empty otherwise. */
  readonly note: string;
  readonly fingerprint: Fingerprint;
  readonly outputs: readonly Output[];
  /** Paths that the output globs name and git tracked: the same source builds less where git brings a file itself. */
  readonly trackedOutputs: readonly RepoPath[];
  /** What the build was seen to read; absent when it could not be asked, or not completely. */
  readonly answer?: BuildAnswer;
  /** Files that the build read and that are no inputs by rule or text, with the content ids that they had. */
  readonly alsoRead?: Readonly<Record<RepoPath, string>>;
  /** Absent when it could not be told, and in records of older releases. */
  readonly survives?: Survives;
  /** Absent without `heal-mtimes`, and when the build directories are not (or not certainly) of this build. */
  readonly inputTimes?: InputTimes;
  /** Native names that its libraries were seen to have. Absent where they were not looked for, and in records of older releases. */
  readonly names?: SeenNames;
  /** Files seen in our build directories after the build, for telling foreign files apart. */
  readonly buildDirFiles: readonly RepoPath[];
}

export type ReasonKind =
  | "input-added"
  | "input-changed"
  | "input-removed"
  | "submodule-lag"
  | "output-missing"
  | "output-changed"
  | "output-shadowed"
  | "output-tracked"
  | "tool-changed"
  | "package-changed"
  | "env-changed"
  | "recipe-changed"
  | "no-baseline"
  | "baseline-unproven"
  | "baseline-unreadable"
  | "tree-moved-during-build"
  | "operation-in-progress"
  | "environment-elsewhere"
  | "commit-foreign"
  | "tool-missing"
  | "path-symlinked";

/** One difference between baseline and observation, as data and as a sentence. */
export interface Reason {
  readonly kind: ReasonKind;
  readonly path?: string;
  readonly from?: string;
  readonly to?: string;
  /** For inputs: how it is known that this file is one. */
  readonly by?: FoundBy;
  readonly text: string;
}

export type Verdict = "fresh" | "restore" | "rebuild" | "held" | "blocked";

export interface ExtensionDecision {
  readonly name: string;
  readonly decision: Verdict;
  readonly level?: Level;
  /** A restore without a slot: the outputs survive what changed, so they are verified where they are. */
  readonly survives?: true;
  readonly reasons: readonly Reason[];
  /** Fingerprint hash of what is there now. */
  readonly fingerprint: string;
}

export interface Decision {
  readonly decision: Verdict;
  readonly level?: Level;
  readonly extensions: readonly ExtensionDecision[];
  /** Expected build time in ms from this repository's own history. */
  readonly estimateMs?: number;
}
