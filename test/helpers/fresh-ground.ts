/**
 * A project with everything that fresh.sh has to look at: links, a submodule, ignored and untracked inputs, a tool behind
 * a wrapper and a link, an editable install, git's global settings. It is put back whole after each try.
 */
import assert from "node:assert/strict";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "./driven-project.ts";
import { RECIPE } from "./operations/recipe.ts";
import { createSandbox, type Sandbox } from "./sandbox.ts";
import { until } from "./until.ts";
import { pythonVenv } from "./venv.ts";

export interface FreshGround {
  readonly box: Sandbox;
  readonly top: string;
  /** site-packages of the environment. */
  readonly site: string;
  readonly script: string;
  /** All files as they were after the build, and fresh.sh standing. */
  reset(): Promise<void>;
  /** Runs the script as the hooks do. @returns names of the shells in which it says "fresh". */
  saysFresh(): Promise<string[]>;
  /** Names of all shells. */
  readonly shells: readonly string[];
  /** Those of the scripts that say "fresh" in any shell: one process each for all of them. */
  freshOnes(scripts: readonly string[]): Promise<string[]>;
}

/** Every `sh` that a system may have; those that are not here are left out, but not under CI on Linux. */
const SHELLS: Readonly<Record<string, readonly string[]>> = {
  dash: ["dash"],
  bash: ["bash", "--posix"],
  "busybox ash": ["busybox", "sh"],
  zsh: ["zsh", "--emulate", "sh"],
};

const IGNORE = "/pkg/*\n!/pkg/__init__.py\n/work/\n/.venv/\n*.log\n/csrc/secret.txt\n__pycache__/\n";

/** `inputs`: globs of the extension. */
export async function createFreshGround(
  t: Parameters<typeof createSandbox>[0],
  inputs: readonly string[],
): Promise<FreshGround> {
  const outer = createSandbox(t);
  const PATH = `${outer.path("early")}:${outer.path("bin")}:${outer.environment["PATH"] ?? ""}`;
  const box = outer.with({ PATH, GIT_ALLOW_PROTOCOL: "file", GIT_CONFIG_GLOBAL: undefined });
  const top = await box.repository("project");
  mkdirSync(box.path("drive"));
  writeTools(box);
  await writeTree(box, top, inputs);
  const { python } = await pythonVenv(box, join(top, ".venv"), []);
  const asked = await box.run(box.root, [
    python,
    "-c",
    "import sysconfig; print(sysconfig.get_path('purelib'))",
  ]);
  const site = asked.stdout.trim();
  writeSite(box, top, site);
  await mustRun(box, top, "init", "--yes");
  await mustRun(box, top);
  await mustRun(box, top, "check");
  const places = ["project", "home", "bin", "early", "beside", "tools"];
  const copy = (from: string, to: string): void => {
    const options = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true };
    for (const place of places) cpSync(box.path(from, place), box.path(to, place), options);
  };
  copy("", "kept");
  const script = join(top, ".git", "rebuild-if-needed", "fresh.sh");
  const shells = await presentShells(box);
  const freshOnes =
    (scripts: readonly string[]) =>
    async ([name, argv]: Shell): Promise<string[]> => {
      const { stdout } = await box.run(top, [...argv, "-c", AS_HOOKS_DO, "sh", ...scripts]);
      return stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((file) => `${name}: ${file}`);
    };
  return {
    box,
    top,
    site,
    script,
    shells: shells.map(([name]) => name),
    async saysFresh() {
      const answers = await Promise.all(shells.map(freshOnes([script])));
      return shells.filter((_, at) => answers[at]?.length === 1).map(([name]) => name);
    },
    freshOnes: async (scripts) => (await Promise.all(shells.map(freshOnes(scripts)))).flat(),
    async reset() {
      for (const place of places) rmSync(box.path(place), { recursive: true, force: true });
      copy("kept", "");
      await box.git(top, "status"); // the copies are other files: now git knows them
      rmSync(script, { force: true });
      await until(async () => {
        const { code, stdout, stderr } = await box.cli(top, "check");
        assert.equal(code, 0, stdout + stderr);
        return existsSync(script);
      }, "fresh.sh");
    },
  };
}

type Shell = readonly [name: string, argv: readonly string[]];

/** Names the scripts that say "fresh". */
const AS_HOOKS_DO =
  'for file; do (. "$file") </dev/null >/dev/null 2>&1; if [ $? -eq 42 ]; then echo "$file"; fi; done';

async function presentShells(box: Sandbox): Promise<Shell[]> {
  const present: Shell[] = [];
  for (const [name, argv] of Object.entries(SHELLS)) {
    const found = await box.run(box.root, ["sh", "-c", 'command -v "$1"', "sh", argv[0] ?? ""]);
    if (found.code === 0) present.push([name, argv]);
    else
      assert.ok(process.env["CI"] === undefined || process.platform !== "linux", `${name} is not installed`);
  }
  return present;
}

/** `stamp` is a wrapper around `stamp-real`, which is a link into `tools`; `early` comes first on PATH. */
function writeTools(box: Sandbox): void {
  for (const version of [1, 2]) {
    box.write(`tools/v${version}/stamp`, RECIPE.replace("VERSION=0", `VERSION=${version}`));
    chmodSync(box.path("tools", `v${version}`, "stamp"), 0o755);
  }
  box.write("bin/stamp", '#!/bin/sh\nexec stamp-real "$@"\n');
  chmodSync(box.path("bin", "stamp"), 0o755);
  symlinkSync("../tools/v1/stamp", box.path("bin", "stamp-real"));
  mkdirSync(box.path("early"));
  box.write("early/cc", "#!/bin/sh\nexit 1\n");
  chmodSync(box.path("early", "cc"), 0o644);
}

async function writeTree(box: Sandbox, top: string, inputs: readonly string[]): Promise<void> {
  const files: Readonly<Record<string, string>> = {
    ".gitignore": IGNORE,
    ".gitattributes": "*.png binary\n",
    "README.md": "readme\n",
    "csrc/a.txt": "one\n",
    "csrc/b.txt": "two\n",
    "csrc/deep/c.txt": "three\n",
    "csrc/secret.txt": "secret\n",
    "csrc/ignored/x.log": "ignored\n",
    "pkg/__init__.py": "",
    "app/main.py": "PLACE = 1\n",
    "setup.py":
      'from setuptools import Extension, setup\n\nsetup(name="pkg-dist", ext_modules=[Extension("pkg._x", ["csrc/x.c"])])\n',
    "rebuild-if-needed.toml": `interpreter = ".venv/bin/python"

[[extension]]
name = "pkg-dist"
inputs = ${JSON.stringify(inputs)}
outputs = ["pkg/glue.py", "pkg/more.py"]
build-dirs = ["work"]
recipe = [["stamp"]]
`,
  };
  for (const [path, text] of Object.entries(files)) box.write(join(top, path), text);
  box.write("beside/m.txt", "linked\n");
  box.write("beside/folder/n.txt", "linked too\n");
  mkdirSync(box.path("beside", "folder", "empty"));
  symlinkSync("../../beside/m.txt", join(top, "csrc", "link.txt"));
  symlinkSync("../../beside/folder", join(top, "csrc", "linked"));
  const library = await box.repository("library");
  box.write(join(library, "lib.txt"), "four\n");
  await box.commit(library, "library");
  await box.git(top, "submodule", "--quiet", "add", library, "csrc/sub");
  await box.commit(top, "first");
  box.write(join(top, "csrc/untracked.txt"), "five\r\n");
  box.write(join(top, "csrc/sub/mine/notes.txt"), "six\n");
}

/** The project as an editable install, a half-empty package of its name, and a package that it needs. */
function writeSite(box: Sandbox, top: string, site: string): void {
  const dist = (name: string, version: string): string =>
    `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`;
  box.write(join(site, "pkg_dist-1.dist-info", "METADATA"), dist("pkg-dist", "1"));
  box.write(join(site, "pkg_dist-1.dist-info", "RECORD"), "");
  box.write(join(site, "pkg_dist-1.dist-info", "direct_url.json"), editableUrl(top));
  box.write(join(site, "__editable__.pkg_dist-1.pth"), `${top}\n`);
  for (const name of ["setuptools", "numpy"]) {
    box.write(join(site, `${name}-1.dist-info`, "METADATA"), dist(name, "1"));
    box.write(join(site, `${name}-1.dist-info`, "RECORD"), "");
  }
  box.write(join(site, "pkg", "__init__.py"), "");
}

/** What pip writes into `direct_url.json` (PEP 610). */
export function editableUrl(folder: string): string {
  return JSON.stringify({ url: `file://${folder}`, dir_info: { editable: true } });
}

/** The script's text as bytes, one character each. */
export function readScript(ground: FreshGround): string {
  return readFileSync(ground.script, "latin1");
}
