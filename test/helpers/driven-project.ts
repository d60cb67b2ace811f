/** A project whose recipe the test drives by files: print, wait, fail, write elsewhere, ignore signals, count starts. */
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { createSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";
import { until } from "./until.ts";

export interface Driven {
  readonly box: Sandbox;
  readonly top: string;
  /** Tells the recipe what to do from its next step on; an empty text is enough for `wait` and `stubborn`. */
  drive(order: Order, text?: string): void;
  /** Takes an order back; `wait` then lets the recipe go on. */
  release(order: Order): void;
  /** How often the recipe was started. */
  starts(): number;
  /** Resolves when the recipe has been started `count` times and stands at its `wait` (if there is one). */
  untilWaiting(): Promise<void>;
  /** Resolves when a stubborn recipe has been asked to end. */
  untilAsked(): Promise<void>;
  /** `write` and `read` of a file below the top. */
  write(path: string, text: string | Buffer): void;
  read(path: string): string;
  /** What a Python started for it prints of the built module; throws when it cannot be imported. */
  imported(): Promise<string>;
  /** sha256 over names, kinds, modes and contents of the work tree, without `.git` and Python's caches. */
  digest(...leaveOut: readonly string[]): string;
  stateFile(...parts: readonly string[]): string;
}

/**
 * `wait`: stand still after the first output is half written, until it is taken away. `fail`: exit with that code
 * after all outputs are written. `write`: JSON of path -> text to write as well, before the wait. `skip`: path of
 * an output that is not to be made. `say`: text to print. `stubborn`: note SIGTERM and SIGINT and go on.
 */
export type Order = "wait" | "fail" | "write" | "skip" | "say" | "stubborn";

export const OUTPUTS = ["pkg/glue.py", "pkg/more.py"] as const;

export const CONFIG = `preset = "none"

[[extension]]
name = "core"
inputs = ["csrc/**", "build.py"]
outputs = ["pkg/glue.py", "pkg/more.py"]
build-dirs = ["work"]
recipe = [["python", "build.py"]]
`;

const FILES: Readonly<Record<string, string>> = {
  ".gitignore": "/pkg/*\n!/pkg/__init__.py\n/work/\n__pycache__/\n",
  "README.md": "# driven\n",
  "rebuild-if-needed.toml": CONFIG,
  "csrc/a.txt": "one\n",
  "csrc/b.txt": "bee\n",
  "pkg/__init__.py": "",
  "build.py": `import json, os, signal, sys, time
from pathlib import Path

drive = Path.cwd().parent / "drive"
with open(drive / "starts", "a") as starts:
    starts.write(f"{os.getpid()}\\n")
if (drive / "stubborn").exists():
    note = lambda *_: (drive / "asked").write_text("")
    signal.signal(signal.SIGTERM, note)
    signal.signal(signal.SIGINT, note)
if (drive / "say").exists():
    print((drive / "say").read_text(), flush=True)
if (drive / "write").exists():
    for path, text in json.loads((drive / "write").read_text()).items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)
skip = (drive / "skip").read_text() if (drive / "skip").exists() else ""
source = b"".join(path.read_bytes() for path in sorted(Path("csrc").rglob("*")) if path.is_file())
Path("work").mkdir(exist_ok=True)
Path("work/object.o").write_bytes(source)
for name in ["pkg/glue.py", "pkg/more.py"]:
    if name == skip:
        continue
    with open(name, "w") as output:
        output.write("VALUE = ")
        output.flush()
        if (drive / "wait").exists():
            (drive / "waiting").write_text(str(os.getpid()))
            while (drive / "wait").exists():
                time.sleep(0.005)
            (drive / "waiting").unlink(missing_ok=True)
        output.write(f"{source!r}\\n")
if (drive / "fail").exists():
    sys.exit(int((drive / "fail").read_text() or 1))
`,
};

export interface DrivenOptions extends SandboxOptions {
  /** Over the project's own. */
  readonly files?: Readonly<Record<string, string>>;
  /** Folder of the repository in the sandbox. */
  readonly name?: string;
  /** Gives the sandbox that all is run in: with other variables, say. */
  readonly prepare?: (box: Sandbox) => Sandbox;
}

/** The project, committed, with nothing built and no hooks. */
export async function drivenProject(
  t: Parameters<typeof createSandbox>[0],
  options: DrivenOptions = {},
): Promise<Driven> {
  const outer = createSandbox(t, options);
  const box = options.prepare?.(outer) ?? outer;
  const top = await box.repository(options.name ?? "project");
  for (const [path, text] of Object.entries({ ...FILES, ...options.files })) box.write(join(top, path), text);
  await box.commit(top, "first");
  return drivenAt(box, top);
}

/** The project with its first build, made by the command itself, and the hooks. */
export async function builtProject(...args: Parameters<typeof drivenProject>): Promise<Driven> {
  const project = await drivenProject(...args);
  const { box, top } = project;
  await mustRun(box, top, "init", "--yes");
  await mustRun(box, top);
  return project;
}

export async function mustRun(box: Sandbox, cwd: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await box.cli(cwd, ...args);
  if (code !== 0) throw new Error(`rebuild-if-needed ${args.join(" ")}: exit ${code}\n${stdout}${stderr}`);
  return stdout;
}

/** Another work tree of the same sandbox, driven by the same files. */
export function drivenAt(box: Sandbox, top: string): Driven {
  const folder = join(dirname(top), "drive");
  mkdirSync(folder, { recursive: true });
  return {
    box,
    top,
    drive: (order, text = "") => writeFileSync(join(folder, order), text),
    release: (order) => rmSync(join(folder, order), { force: true }),
    starts: () =>
      existsSync(join(folder, "starts"))
        ? readFileSync(join(folder, "starts"), "utf8").split("\n").length - 1
        : 0,
    untilWaiting: () => until(() => existsSync(join(folder, "waiting")), "the recipe to wait"),
    untilAsked: () => until(() => existsSync(join(folder, "asked")), "the recipe to be asked to end"),
    write: (path, text) => box.write(join(top, path), text),
    read: (path) => box.read(join(top, path)),
    async imported() {
      const code =
        "import sys; sys.path.insert(0, sys.argv[1]); from pkg import glue, more; print(glue.VALUE, more.VALUE)";
      const { code: exit, stdout, stderr } = await box.run(box.root, ["python3", "-B", "-c", code, top]);
      if (exit !== 0) throw new Error(stderr);
      return stdout.trimEnd();
    },
    digest: (...leaveOut) => treeDigest(top, [".git", "__pycache__", ...leaveOut]),
    stateFile: (...parts) => join(top, ".git", "rebuild-if-needed", ...parts),
  };
}

/** sha256 over what a folder holds. Names are taken as bytes. */
export function treeDigest(folder: string, leaveOut: readonly string[] = []): string {
  const hash = createHash("sha256");
  visit(Buffer.from(folder), "");
  return hash.digest("hex");

  function visit(path: Buffer, inside: string): void {
    const entries = readdirSync(path, { withFileTypes: true, encoding: "buffer" });
    for (const entry of entries.toSorted((a, b) => Buffer.compare(a.name, b.name))) {
      const name = entry.name.toString("latin1");
      if (leaveOut.includes(name) || leaveOut.includes(inside + name)) continue;
      const full = Buffer.concat([path, Buffer.from("/"), entry.name]);
      const stat = lstatSync(full);
      hash.update(`${inside}${name}\0${stat.mode}\0`);
      if (stat.isDirectory()) visit(full, `${inside}${name}/`);
      else if (stat.isSymbolicLink()) hash.update(readlinkSync(full));
      else if (stat.isFile()) hash.update(createHash("sha256").update(readFileSync(full)).digest());
    }
  }
}
