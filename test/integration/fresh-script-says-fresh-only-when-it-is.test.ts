/** fresh.sh says 42 after a look that found everything fresh, and never again once anything has moved. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { builtProject, type Driven } from "../helpers/driven-project.ts";
import { createSandbox } from "../helpers/sandbox.ts";
import { until } from "../helpers/until.ts";

interface Mutation {
  readonly name: string;
  act(project: Driven): void | Promise<unknown>;
  /** Puts things back, so that the next look is fresh again. */
  back(project: Driven): void | Promise<unknown>;
}

const MUTATIONS: readonly Mutation[] = [
  {
    name: "an edit that keeps size and mtime",
    act: (project) => editQuietly(project, "csrc/a.txt", "eno\n"),
    back: (project) => project.write("csrc/a.txt", "one\n"),
  },
  {
    name: "a replacement by rename that keeps size and mtime",
    act(project) {
      project.write("csrc/.next", "eno\n");
      const { atime, mtime } = statSync(join(project.top, "csrc/a.txt"));
      utimesSync(join(project.top, "csrc/.next"), atime, mtime);
      renameSync(join(project.top, "csrc/.next"), join(project.top, "csrc/a.txt"));
    },
    back: (project) => project.write("csrc/a.txt", "one\n"),
  },
  {
    name: "a new untracked input",
    act: (project) => project.write("csrc/new.txt", ""),
    back: drop("csrc/new.txt"),
  },
  {
    name: "a new input in a new folder",
    act: (project) => project.write("csrc/deep/er/new.txt", ""),
    back: drop("csrc/deep"),
  },
  {
    name: "a new input in a folder that holds only ignored files",
    act: (project) => project.write("csrc/ignored/new.txt", ""),
    back: drop("csrc/ignored/new.txt"),
  },
  {
    name: "an input that has gone",
    act: drop("csrc/b.txt"),
    back: (project) => project.write("csrc/b.txt", "bee\n"),
  },
  {
    name: "an edit of a file that git was told to take for unchanged",
    async act(project) {
      await project.box.git(project.top, "update-index", "--assume-unchanged", "csrc/a.txt");
      project.write("csrc/a.txt", "hidden\n");
    },
    async back(project) {
      project.write("csrc/a.txt", "one\n");
      await project.box.git(project.top, "update-index", "--no-assume-unchanged", "csrc/a.txt");
    },
  },
  {
    name: "a .gitignore that no longer hides an input",
    act: (project) =>
      project.write(".gitignore", project.read(".gitignore").replace("/csrc/secret.txt\n", "")),
    back: (project) => project.write(".gitignore", `${project.read(".gitignore")}/csrc/secret.txt\n`),
  },
  {
    name: "an ignored file that became tracked",
    act: (project) => project.box.git(project.top, "add", "--force", "csrc/secret.txt"),
    back: (project) => project.box.git(project.top, "rm", "--quiet", "--cached", "csrc/secret.txt"),
  },
  { name: "a deleted output", act: drop("pkg/glue.py"), back: build },
  {
    name: "an emptied output",
    act: (project) => truncateSync(join(project.top, "pkg/glue.py")),
    back: build,
  },
  {
    name: "an output edited in place, size and mtime kept",
    act: (project) => editQuietly(project, "pkg/glue.py", swapped(project)),
    back: build,
  },
  {
    name: "a touched tool",
    act: ({ box }) => appendFileSync(box.path("bin", "cc"), "# touched\n"),
    back: build,
  },
  {
    name: "a tool found earlier on PATH",
    act({ box }) {
      box.write("early/cc", box.read("bin/cc"));
      chmodSync(box.path("early", "cc"), 0o755);
    },
    back: ({ box }) => rmSync(box.path("early", "cc")),
  },
  {
    name: "a changed configuration",
    act: (project) =>
      project.write(
        "rebuild-if-needed.toml",
        `${project.read("rebuild-if-needed.toml")}environment = ["FLAVOUR"]\n`,
      ),
    back: (project) => project.box.git(project.top, "checkout", "--quiet", "--", "rebuild-if-needed.toml"),
  },
  {
    name: "a local configuration that came",
    act: (project) => project.box.write(project.stateFile("config.toml"), `mode = "notify"\n`),
    back: (project) => rmSync(project.stateFile("config.toml")),
  },
  {
    name: "a journal that was left behind",
    act: (project) => project.box.write(project.stateFile("journal.json"), "{}"),
    back: (project) => rmSync(project.stateFile("journal.json")),
  },
];

test("fresh.sh", async (t) => {
  const project = await prepare(t);
  await freshAgain(project);
  for (const mutation of MUTATIONS) {
    await t.test(mutation.name, async () => {
      assert.equal(await freshStatus(project), 42, "it stands before");
      await mutation.act(project);
      assert.notEqual(await freshStatus(project), 42, "it says fresh, though something moved");
    });
    await mutation.back(project);
    await freshAgain(project);
  }
});

test("fresh.sh is not written while the answer is no", async (t) => {
  const project = await prepare(t);
  await freshAgain(project);
  project.write("csrc/a.txt", "two\n");
  assert.equal((await project.box.cli(project.top, "check")).code, 10);
  assert.ok(!existsSync(project.stateFile("fresh.sh")));
  project.write("csrc/a.txt", "one\n");
  await freshAgain(project);
});

test("fresh.sh that was cut anywhere never says fresh", async (t) => {
  const project = await prepare(t);
  await freshAgain(project);
  const whole = project.box.read(project.stateFile("fresh.sh"));
  const cut = project.box.path("cut.sh");
  for (let length = 0; length < whole.length - 1; length += 1 + Math.floor(whole.length / 150)) {
    project.box.write(cut, whole.slice(0, length));
    assert.notEqual(await statusOf(project, cut), 42, `cut after ${length} of ${whole.length} characters`);
  }
});

async function prepare(t: Parameters<typeof builtProject>[0]): Promise<Driven> {
  const scout = createSandbox(t);
  const { stdout } = await scout.run(scout.root, ["sh", "-c", "command -v cc"]);
  const files = {
    ".gitignore": "/pkg/*\n!/pkg/__init__.py\n/work/\n__pycache__/\n*.log\n/csrc/secret.txt\n",
  };
  const prepared = await builtProject(t, {
    files,
    prepare(box) {
      box.write("bin/cc", `#!/bin/sh\nexec ${stdout.trim()} "$@"\n`);
      chmodSync(box.path("bin", "cc"), 0o755);
      mkdirSync(box.path("early"));
      return box.with({ PATH: `${box.path("early")}:${box.path("bin")}:${box.environment["PATH"] ?? ""}` });
    },
  });
  prepared.write("csrc/ignored/x.log", "ignored");
  prepared.write("csrc/secret.txt", "secret");
  return prepared;
}

/** Looks until fresh.sh stands: a file of this very moment is too young to be trusted. */
async function freshAgain(project: Driven): Promise<void> {
  await until(async () => {
    const { code, stdout, stderr } = await project.box.cli(project.top, "check");
    assert.equal(code, 0, stdout + stderr);
    return (await freshStatus(project)) === 42;
  }, "fresh.sh");
}

async function freshStatus(project: Driven): Promise<number> {
  return statusOf(project, project.stateFile("fresh.sh"));
}

async function statusOf({ box, top }: Driven, file: string): Promise<number> {
  const { code, stdout, stderr } = await box.run(top, ["sh", "-c", '(. "$1") </dev/null', "sh", file]);
  assert.equal(stdout, "", stderr);
  return code;
}

/** Same length, other content, the old times put back: what `touch -r` leaves. */
function editQuietly(project: Driven, path: string, text: string): void {
  const full = join(project.top, path);
  const before = statSync(full);
  project.write(path, text);
  utimesSync(full, before.atime, before.mtime);
  assert.equal(statSync(full).size, before.size);
}

function swapped(project: Driven): string {
  return project.read("pkg/glue.py").replace("one", "eno");
}

function drop(path: string): (project: Driven) => void {
  return (project) => rmSync(join(project.top, path), { recursive: true });
}

async function build(project: Driven): Promise<void> {
  const { code, stderr } = await project.box.cli(project.top);
  assert.equal(code, 0, stderr);
}
