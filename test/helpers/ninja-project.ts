/** A project of twelve small ninja steps whose recipe the test drives: fail, wait, end the builder, count. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSandbox, type Sandbox } from "./sandbox.ts";

export const STEPS = 12;

export interface NinjaProject {
  readonly box: Sandbox;
  readonly top: string;
  /**
   * What step `at` does before it makes anything: `fail`, `kill` its builder or `interrupt` it (and then never end), or
   * `memory`, to lose a compiler where more than one job is allowed (`always-memory`: in any case).
   */
  drive(order: "fail" | "kill" | "interrupt" | "memory" | "always-memory", at: number): void;
  /** Takes all orders back. */
  release(): void;
  /** Numbers of the steps that were started since the last call, in order. */
  steps(): number[];
}

const NINJA = [
  "rule step",
  "  command = python3 ../step.py $in $out",
  ...Array.from(
    { length: STEPS },
    (_, at) => `build s${at}.o: step ../csrc/s${at}.txt${at === 0 ? "" : ` || s${at - 1}.o`}`,
  ),
  "rule link",
  "  command = python3 ../link.py $in $out",
  `build glue.py: link ${Array.from({ length: STEPS }, (_, at) => `s${at}.o`).join(" ")}`,
  "",
].join("\n");

/** The step with number N of `csrc/sN.txt`. Orders are one file each, beside the repository. */
const STEP = `import json, os, re, signal, subprocess, sys
from pathlib import Path

source, out = map(Path, sys.argv[1:])
drive = Path("../../drive")
number = int(re.sub(r"\\D", "", source.name))
with open(drive / "steps", "a") as steps:
    steps.write(f"{number}\\n")
order, at = (drive / "order").read_text().split() if (drive / "order").exists() else ("", "-1")
if int(at) == number:
    if order == "fail":
        sys.exit(1)
    if order == "always-memory" or (order == "memory" and os.environ["MAX_JOBS"] != "1"):
        killed = ["gcc", "-wrapper", "sh,-c,kill -9 $$", "-x", "c", "-c", "/dev/null", "-o", "/dev/null"]
        sys.exit(subprocess.call(killed))
    if order in ("kill", "interrupt"):
        out.write_text("half of it")
        builder = json.loads(Path("../.git/rebuild-if-needed/journal.json").read_text())["owner"]["pid"]
        os.kill(builder, signal.SIGKILL if order == "kill" else signal.SIGINT)
        signal.pause()
out.write_text(source.read_text())
`;

const LINK = `import sys
from pathlib import Path

*objects, out = map(Path, sys.argv[1:])
text = "".join(path.read_text() for path in objects)
out.write_text(f"VALUE = {text!r}\\n")
if (Path("..") / "csrc" / "copies.txt").exists():
    Path("../pkg/more.py").write_text(out.read_text())
`;

const CONFIG = `preset = "none"

[[extension]]
name = "core"
inputs = ["csrc/**", "*.py", "build.ninja"]
outputs = ["pkg/*.py", "!pkg/__init__.py"]
build-dirs = ["work"]
recipe = [["mkdir", "-p", "work"], ["cp", "build.ninja", "work"], ["ninja", "-C", "work"], ["cp", "work/glue.py", "pkg/glue.py"]]
`;

/** The project, built once and then made stale by a new text in each source. */
export async function ninjaProject(
  t: Parameters<typeof createSandbox>[0],
  files: Readonly<Record<string, string>> = {},
): Promise<NinjaProject> {
  const box = createSandbox(t);
  const top = await box.repository("project");
  const drive = box.path("drive");
  box.write("drive/steps", "");
  const sources = Object.fromEntries(
    Array.from({ length: STEPS }, (_, at) => [`csrc/s${at}.txt`, `one ${at};`]),
  );
  const all = {
    ".gitignore": "/pkg/*\n!/pkg/__init__.py\n/work/\n__pycache__/\n",
    "rebuild-if-needed.toml": CONFIG,
    "build.ninja": NINJA,
    "step.py": STEP,
    "link.py": LINK,
    "pkg/__init__.py": "",
    ...sources,
    ...files,
  };
  for (const [path, text] of Object.entries(all)) box.write(join(top, path), text);
  await box.commit(top, "first");
  return {
    box,
    top,
    drive: (order, at) => writeFileSync(join(drive, "order"), `${order} ${at}`),
    release: () => rmSync(join(drive, "order"), { force: true }),
    steps() {
      const file = join(drive, "steps");
      const numbers = existsSync(file)
        ? readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number)
        : [];
      writeFileSync(file, "");
      return numbers;
    },
  };
}
