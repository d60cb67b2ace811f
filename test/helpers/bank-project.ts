/**
 * A project whose recipe is a few lines of sh, with files of a person among its outputs, and a model of what must lie
 * where. The content of every output tells which source it was built of.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { drivenProject, mustRun, type Driven, type DrivenOptions } from "./driven-project.ts";

/** path below the top -> content, of all in `pkg/` and `work/` that git does not track. */
export type Files = ReadonlyMap<string, string>;

const CONFIG = `preset = "none"

[[extension]]
name = "core"
inputs = ["csrc/**", "build.sh"]
outputs = ["pkg/glue.py", "pkg/more.py", "work/lib/inside.py"]
build-dirs = ["work"]
recipe = [["sh", "build.sh"]]
`;

/**
 * `orders` sets WAY (how outputs are written), FAIL_AT (a step), STRIKE_AT and STRIKE_BY (a signal to the builder; after a
 * SIGKILL the recipe goes on without it, and never ends), SAVE (a person saves that text meanwhile),
 * FILL (the disk fills up meanwhile, but for so many bytes).
 */
const RECIPE = `set -eu
. ../orders
at=0
step() {
  at=$((at + 1))
  [ "$at" != "$FAIL_AT" ] || exit 1
  [ "$at" != "$STRIKE_AT" ] || { : >../struck && kill -s "$STRIKE_BY" "$PPID"; }
}
put() {
  step
  case $WAY in
  rename) printf '%s' "$2" >work/new && mv -f work/new "$1" ;;
  unlink) rm -f "$1" && printf '%s' "$2" >"$1" ;;
  write) printf '%s' "$2" >"$1" ;;
  esac
}
text=$(cat csrc/a.txt)
[ -z "$FILL" ] || { cat /dev/zero >.git/filler 2>/dev/null || : && truncate -s "-$FILL" .git/filler; }
mkdir -p work/lib work/deep
put work/object.o "object of $text"
put work/deep/part-$text.o "part of $text"
[ -z "$SAVE" ] || { printf '%s' "$SAVE" >../mine && mv ../mine pkg/mine.py && : >../saved; }
for name in $(sed -n 's/^# //p' csrc/names.py); do
  put pkg/$name.py "NAME = '$name of $text'"
done
put work/lib/inside.py "NAME = 'inside of $text'"
step
if [ "$STRIKE_BY" = KILL ] && [ -e ../struck ]; then : >../never-ends && read -r never <../never; fi
`;

/** Files of a person, put there after the first build. */
const MINE: Files = new Map([
  ["pkg/mine.py", "MINE = 1\n"],
  ["pkg/notes with spaces.txt", "mine"],
  ["pkg/_mine.so", "no library, but it could be one"],
  ["pkg/sub/deep.py", "MINE = 2\n"],
  ["work/notes.txt", "mine too"],
  ["work/deep/k\u00e9pt.bin", "\u0000mine\u0000"],
  ["work/lib/mine.py", "MINE = 3\n"],
]);

export interface Bank {
  readonly project: Driven;
  /** Sets the source, and so the outputs that belong to it. */
  writeSource(text: string): void;
  order(orders: Partial<Orders>): void;
  /** A person writes a file, or deletes it. */
  edit(path: string, content: string | null): void;
  /** Whether the recipe came as far as to save for the person, since the last order. */
  hasSaved(): boolean;
  /** Whether it came as far as to signal its builder. */
  hasStruck(): boolean;
  /** What lies in `pkg/` and `work/`, hidden files and all. */
  files(): Files;
  /** content -> where it was, for all in quarantine; `null` for a file that no note names. */
  quarantined(): Map<string, string | null>;
  baseline(): { readonly buildId: string; readonly origin: string; readonly sourceId: string };
}

export interface Orders {
  readonly way: "rename" | "unlink" | "write";
  readonly failAt: number;
  readonly strikeAt: number;
  readonly strikeBy: "KILL" | "INT" | "TERM" | "HUP";
  readonly save: string;
  readonly fill: number;
}

/**
 * The project after its first build, of the source `t0`, and the person's files.
 * @param gitDir where its git dir is to lie: on another file system, say.
 */
export async function bankProject(
  t: Parameters<typeof drivenProject>[0],
  { gitDir, ...options }: DrivenOptions & { readonly gitDir?: string } = {},
): Promise<Bank> {
  const project = await drivenProject(t, {
    ...options,
    files: {
      "rebuild-if-needed.toml": CONFIG,
      "build.sh": RECIPE,
      "csrc/a.txt": "t0\n",
      "csrc/names.py": namesText("t0"),
    },
  });
  if (gitDir !== undefined) {
    await project.box.run(project.top, ["mv", ".git", gitDir]);
    symlinkSync(gitDir, join(project.top, ".git"));
  }
  const bank = bankAt(project);
  await project.box.run(project.box.root, ["mkfifo", "never"]);
  bank.order({});
  await mustRun(project.box, project.top);
  for (const [path, content] of MINE) project.write(path, content);
  return bank;
}

function bankAt(project: Driven): Bank {
  const { box, top } = project;
  return {
    project,
    writeSource(text) {
      project.write("csrc/a.txt", `${text}\n`);
      project.write("csrc/names.py", namesText(text));
    },
    order({ way = "rename", failAt = 0, strikeAt = 0, strikeBy = "INT", save = "", fill }) {
      const text = `WAY=${way} FAIL_AT=${failAt} STRIKE_AT=${strikeAt} STRIKE_BY=${strikeBy} SAVE='${save}' FILL=${fill ?? ""}\n`;
      for (const mark of ["saved", "struck"]) rmSync(box.path(mark), { force: true });
      writeFileSync(box.path("orders"), text);
    },
    edit(path, content) {
      if (content === null) rmSync(join(top, path));
      else project.write(path, content);
    },
    hasSaved: () => existsSync(box.path("saved")),
    hasStruck: () => existsSync(box.path("struck")),
    files: () =>
      new Map(
        allFiles(top)
          .filter(([path]) => !isBeside(path))
          .sort(),
      ),
    quarantined: () => quarantined(project),
    baseline() {
      const [file = ""] = readdirSync(project.stateFile("baselines")).filter((name) =>
        name.endsWith(".json"),
      );
      const read = JSON.parse(readFileSync(project.stateFile("baselines", file), "utf8")) as {
        buildId: string;
        origin: string;
        fingerprint: { inputs: Record<string, string> };
      };
      const { buildId, origin, fingerprint } = read;
      return { buildId, origin, sourceId: JSON.stringify(fingerprint.inputs["csrc/a.txt"]) };
    },
  };
}

/** Outputs come and go with the source. */
function namesOf(text: string): string[] {
  const number = Number(text.slice(1));
  return ["glue", "more", ...(number % 3 === 1 ? ["gone"] : []), ...(number % 2 === 1 ? ["rest"] : [])];
}

function namesText(text: string): string {
  return namesOf(text)
    .map((name) => `# ${name}\n`)
    .join("");
}

export function outputsOf(text: string): Files {
  const names = namesOf(text).map((name): [string, string] => [
    `pkg/${name}.py`,
    `NAME = '${name} of ${text}'`,
  ]);
  return new Map([...names, ["work/lib/inside.py", `NAME = 'inside of ${text}'`]]);
}

/** What a build leaves in its build directory beside outputs. */
export function productsOf(text: string): Files {
  return new Map([
    ["work/object.o", `object of ${text}`],
    [`work/deep/part-${text}.o`, `part of ${text}`],
  ]);
}

/** git's id of a source's content. */
export function sourceId(text: string): string {
  return createHash("sha1")
    .update(`blob ${text.length + 1}\0${text}\n`)
    .digest("hex");
}

/** The person's files as they are at first. */
export function minesAtFirst(): Map<string, string> {
  return new Map(MINE);
}

function filesBelow(top: string, folder: string): [string, string][] {
  let names: string[];
  try {
    names = readdirSync(join(top, folder));
  } catch {
    return [];
  }
  return names.flatMap((name): [string, string][] => {
    const path = `${folder}/${name}`;
    const stat = lstatSync(join(top, path));
    if (stat.isDirectory()) return filesBelow(top, path);
    return path === "pkg/__init__.py" ? [] : [[path, readFileSync(join(top, path), "utf8")]];
  });
}

/** Where the git dir is on another file system, quarantine is beside the file. */
function isBeside(path: string): boolean {
  return basename(path).startsWith(".rebuild-if-needed-quarantine-");
}

/** What lies in `pkg/` and `work/`, with what is in quarantine there. */
function allFiles(top: string): [string, string][] {
  return [...filesBelow(top, "pkg"), ...filesBelow(top, "work")];
}

function quarantined({ top, stateFile }: Driven): Map<string, string | null> {
  const root = stateFile("quarantine");
  const found = new Map<string, string | null>();
  for (const [path, content] of allFiles(top)) if (isBeside(path)) found.set(content, null);
  // On a disk without room for a folder they stay in the stage until the next build.
  for (const build of entries(stateFile("stage")))
    for (const [, content] of filesBelow(stateFile("stage"), `${build}/failed`)) found.set(content, null);
  for (const build of entries(root)) {
    for (const [, content] of filesBelow(root, `${build}/files`))
      if (!found.has(content)) found.set(content, null);
    for (const { path, keptAt } of notes(join(root, build, "note.json"))) {
      const inside = path.startsWith(`${top}/`) ? path.slice(top.length + 1) : path;
      try {
        found.set(readFileSync(keptAt, "utf8"), inside);
      } catch {
        // a folder, or a note of a file that was not moved
      }
    }
  }
  return found;
}

function notes(file: string): { path: string; keptAt: string }[] {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { files: { path: string; keptAt: string }[] }).files;
  } catch {
    return [];
  }
}

export function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
