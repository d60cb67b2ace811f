/** What can happen to a project between two looks: all that matters, and some that does not. */
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { editableUrl, readScript, type FreshGround } from "./fresh-ground.ts";
import type { Random } from "./seeded.ts";

export interface Mutation {
  readonly name: string;
  act(ground: FreshGround, random: Random): unknown;
}

const named = (name: string, act: Mutation["act"]): Mutation => ({ name, act });

const INPUTS: readonly Mutation[] = [
  named("an edit that keeps size and mtime", ({ top }) => editQuietly(join(top, "csrc/a.txt"), "eno\n")),
  named("a replacement that keeps size and mtime", ({ top }) =>
    replaceQuietly(join(top, "csrc/a.txt"), "eno\n"),
  ),
  named("a new untracked input", ({ box, top }) => box.write(join(top, "csrc/new.txt"), "")),
  named("a new input in a new folder", ({ box, top }) => box.write(join(top, "csrc/more/er/new.txt"), "")),
  named("an input renamed", ({ top }) => renameSync(join(top, "csrc/b.txt"), join(top, "csrc/bb.txt"))),
  named("an input that has gone", ({ top }) => rmSync(join(top, "csrc/deep/c.txt"))),
  named("an edit under assume-unchanged", async ({ box, top }) => {
    await box.git(top, "update-index", "--assume-unchanged", "csrc/a.txt");
    box.write(join(top, "csrc/a.txt"), "hidden\n");
  }),
  named("an edit under skip-worktree", async ({ box, top }) => {
    await box.git(top, "update-index", "--skip-worktree", "csrc/b.txt");
    box.write(join(top, "csrc/b.txt"), "hidden\n");
  }),
  named("a sparse checkout", ({ box, top }) =>
    box.git(top, "sparse-checkout", "set", "--no-cone", "/*", "!/csrc/deep/"),
  ),
  named("an ignored input added by force", ({ box, top }) =>
    box.git(top, "add", "--force", "csrc/secret.txt"),
  ),
  named("an edit behind a link", ({ box }) => box.write("beside/m.txt", "other\n")),
  named("a link that leads elsewhere", ({ top }) => {
    rmSync(join(top, "csrc/link.txt"));
    symlinkSync("../README.md", join(top, "csrc/link.txt"));
  }),
  named("a new file in a linked folder", ({ box }) => box.write("beside/folder/o.txt", "")),
  named("a new file in an empty folder below a linked one", ({ box }) =>
    box.write("beside/folder/empty/o.txt", ""),
  ),
];

const SUBMODULE: readonly Mutation[] = [
  named("an edit in a submodule that git ignores", async ({ box, top }) => {
    await box.git(top, "config", "submodule.csrc/sub.ignore", "all");
    box.write(join(top, "csrc/sub/lib.txt"), "changed\n");
  }),
  named("a new file in a submodule", ({ box, top }) => box.write(join(top, "csrc/sub/new.txt"), "")),
  named("an edit in an untracked folder of a submodule", ({ box, top }) =>
    box.write(join(top, "csrc/sub/mine/notes.txt"), "other\n"),
  ),
  named("a commit in a submodule that changes no file", ({ box, top }) =>
    box.git(join(top, "csrc/sub"), "commit", "--quiet", "--allow-empty", "--message", "empty"),
  ),
  named("another commit wanted of a submodule", ({ box, top }) =>
    box.git(top, "update-index", "--cacheinfo", `160000,${"1".repeat(40)},csrc/sub`),
  ),
];

const RULES: readonly Mutation[] = [
  named("a .gitignore that hides no more", ({ top }) =>
    editText(join(top, ".gitignore"), "/csrc/secret.txt\n", ""),
  ),
  named("a .gitignore that hides an input", ({ top }) =>
    appendFileSync(join(top, ".gitignore"), "/csrc/untracked.txt\n"),
  ),
  named("info/exclude", ({ box, top }) => box.write(join(top, ".git/info/exclude"), "/csrc/untracked.txt\n")),
  named("the global ignore file", ({ box }) => box.write("home/.config/git/ignore", "untracked.txt\n")),
  named("core.excludesFile of the repository", async ({ box, top }) => {
    box.write("home/hidden", "untracked.txt\n");
    await box.git(top, "config", "core.excludesFile", box.path("home", "hidden"));
  }),
  named("core.excludesFile of the user", ({ box }) => {
    box.write("home/hidden", "untracked.txt\n");
    box.write("home/.gitconfig", "[core]\n\texcludesFile = ~/hidden\n");
  }),
  named("attributes of an input that is not clean", ({ top }) =>
    appendFileSync(join(top, ".gitattributes"), "*.txt text\n"),
  ),
  named("attributes in the git dir", ({ box, top }) =>
    box.write(join(top, ".git/info/attributes"), "*.txt text\n"),
  ),
];

const OUTPUTS: readonly Mutation[] = [
  named("a deleted output", ({ top }) => rmSync(join(top, "pkg/glue.py"))),
  named("an emptied output", ({ top }) => truncateSync(join(top, "pkg/more.py"))),
  named("an output edited in place, size and mtime kept", ({ top }) => {
    const file = join(top, "pkg/glue.py");
    editQuietly(file, readFileSync(file, "utf8").replace("one", "eno"));
  }),
  named("an output replaced, size and mtime kept", ({ top }) => {
    const file = join(top, "pkg/more.py");
    replaceQuietly(file, readFileSync(file, "utf8").replace("one", "eno"));
  }),
  named("an output that became a link", ({ top }) => {
    renameSync(join(top, "pkg/glue.py"), join(top, "work/glue.py"));
    symlinkSync("../work/glue.py", join(top, "pkg/glue.py"));
  }),
  named("a copy of an output in site-packages", ({ box, site }) =>
    box.write(join(site, "pkg/glue.py"), "OTHER = 1\n"),
  ),
];

const TOOLS: readonly Mutation[] = [
  named("a tool swapped behind its link", ({ box }) => {
    rmSync(box.path("bin", "stamp-real"));
    symlinkSync("../tools/v2/stamp", box.path("bin", "stamp-real"));
  }),
  named("a tool edited behind wrapper and link", ({ box }) =>
    editText(box.path("tools/v1/stamp"), "VERSION=1", "VERSION=3"),
  ),
  named("another text of the wrapper", ({ box }) => appendFileSync(box.path("bin", "stamp"), "# other\n")),
  named("a recipe's tool that appears earlier on PATH", ({ box }) =>
    copyTool(box.path("tools/v2/stamp"), box.path("early/stamp")),
  ),
  named("a wrapped tool that appears earlier on PATH", ({ box }) =>
    copyTool(box.path("tools/v2/stamp"), box.path("early/stamp-real")),
  ),
  named("a compiler that appears earlier on PATH", ({ box }) =>
    copyTool(box.path("tools/v2/stamp"), box.path("early/gcc")),
  ),
  named("an earlier file that becomes a program", ({ box }) => chmodSync(box.path("early/cc"), 0o755)),
  named("a tool that has gone", ({ box }) => rmSync(box.path("bin/stamp-real"))),
  named("another version of a package", ({ site }) =>
    editText(join(site, "setuptools-1.dist-info/METADATA"), "Version: 1", "Version: 2"),
  ),
];

const RECORDS: readonly Mutation[] = [
  named("an editable install that points elsewhere", ({ box, site }) => {
    mkdirSync(box.path("elsewhere"), { recursive: true });
    writeFileSync(join(site, "pkg_dist-1.dist-info/direct_url.json"), editableUrl(box.path("elsewhere")));
  }),
  named("a changed configuration", ({ top }) =>
    appendFileSync(join(top, "rebuild-if-needed.toml"), 'environment = ["FLAVOUR"]\n'),
  ),
  named("another recipe", ({ top }) =>
    editText(join(top, "rebuild-if-needed.toml"), '[["stamp"]]', '[["stamp", "x"]]'),
  ),
  named("a local configuration that comes", ({ box, top }) =>
    box.write(
      join(top, ".git/rebuild-if-needed/config.toml"),
      '[[extension]]\nname = "pkg-dist"\nrecipe = [["stamp", "y"]]\n',
    ),
  ),
  named("a package that setup.py speaks of", ({ top }) => appendFileSync(join(top, "setup.py"), "# numpy\n")),
  named("a journal that is left behind", ({ box, top }) =>
    box.write(join(top, ".git/rebuild-if-needed/journal.json"), "{}"),
  ),
  named("another environment of record", ({ top }) => {
    const file = join(top, ".git/rebuild-if-needed/environment.json");
    editText(file, '"variables": {', '"variables": {"CFLAGS": "-O9"');
  }),
  named("a baseline that has gone", ({ top }) =>
    rmSync(join(top, ".git/rebuild-if-needed/baselines"), { recursive: true }),
  ),
];

/** To the script itself: never on a disk that works, but then it must not lie. */
const SCRIPT: readonly Mutation[] = [
  named("fresh.sh is cut", (ground, random) => {
    const text = readScript(ground);
    writeFileSync(ground.script, text.slice(0, random.below(text.length - 1)), "latin1");
  }),
  named("fresh.sh ends in zeros", (ground, random) => {
    const text = readScript(ground);
    const whole = random.below(text.length - 9);
    writeFileSync(ground.script, text.slice(0, whole) + "\0".repeat(text.length - whole), "latin1");
  }),
  named("fresh.sh with other line ends", (ground) =>
    writeFileSync(ground.script, readScript(ground).replaceAll("\n", "\r\n"), "latin1"),
  ),
  named("fresh.sh is another file", (ground) => writeFileSync(ground.script, "exit 0\n")),
];

/** After each of these alone a look is not fresh, or the script does not stand. */
export const MATTERS: readonly Mutation[] = [
  ...INPUTS,
  ...SUBMODULE,
  ...RULES,
  ...OUTPUTS,
  ...TOOLS,
  ...RECORDS,
  ...SCRIPT,
];

/** After any of these all is as fresh as before. */
export const MATTERS_NOT: readonly Mutation[] = [
  named("Python edited", ({ box, top }) => box.write(join(top, "app/main.py"), "PLACE = 2\n")),
  named("a new Python file", ({ box, top }) => box.write(join(top, "app/other.py"), "")),
  named("an ignored file in a new folder", ({ box, top }) => box.write(join(top, "app/logs/x.log"), "")),
  named("a text edited", ({ top }) => appendFileSync(join(top, "README.md"), "more\n")),
  named("an input touched", ({ top }) => utimesSync(join(top, "csrc/a.txt"), 1, 1)),
  named("an output touched", ({ top }) => utimesSync(join(top, "pkg/glue.py"), 1, 1)),
  named("a tool installed again", ({ box }) =>
    copyTool(box.path("tools/v1/stamp"), box.path("tools/v1/stamp")),
  ),
  named("an input written again", ({ box, top }) => box.write(join(top, "csrc/a.txt"), "one\n")),
  named("a commit of Python", async ({ box, top }) => {
    box.write(join(top, "app/main.py"), "PLACE = 3\n");
    await box.git(top, "commit", "--quiet", "--no-verify", "--message", "python", "--", "app/main.py");
  }),
];

/** Same length, other content, the old times put back: what `touch -r` leaves. */
function editQuietly(file: string, text: string): void {
  const { atime, mtime, size } = statSync(file);
  if (Buffer.byteLength(text) !== size) return; // another mutation was here
  writeFileSync(file, text);
  utimesSync(file, atime, mtime);
}

function replaceQuietly(file: string, text: string): void {
  const { atime, mtime } = statSync(file);
  writeFileSync(`${file}.next`, text);
  utimesSync(`${file}.next`, atime, mtime);
  renameSync(`${file}.next`, file);
}

function editText(file: string, from: string, to: string): void {
  writeFileSync(file, readFileSync(file, "utf8").replace(from, to));
}

function copyTool(from: string, to: string): void {
  const text = readFileSync(from);
  writeFileSync(`${to}.next`, text);
  chmodSync(`${to}.next`, 0o755);
  renameSync(`${to}.next`, to);
}
