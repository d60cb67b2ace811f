/** Operations of git that make, join and move commits. */
import { type Choices, someSource, someText } from "./choices.ts";
import type { Deed, Operation } from "./deeds.ts";

export type Maker = (choices: Choices) => Operation | null;

const git = (...argv: readonly string[]): Deed => ({ kind: "git", argv });
const commit = (message: string, ...more: readonly string[]): Deed =>
  git("commit", "--quiet", "--all", "--message", message, ...more);

export const HISTORY: readonly (readonly [weight: number, Maker])[] = [
  [8, (c) => ({ name: "native commit", deeds: [write(c, someSource(c)), commit("native")] })],
  [12, (c) => ({ name: "python commit", deeds: [python(c), commit("python")] })],
  [
    3,
    (c) => {
      const path = `csrc/${c.random.pick(["", "deep/", "extra/"])}n${c.random.below(3)}.txt`;
      return { name: "new native file", deeds: [write(c, path), git("add", "csrc"), commit("new file")] };
    },
  ],
  [
    2,
    (c) => ({
      name: "native file removed",
      deeds: [git("rm", "--quiet", "--force", someSource(c)), commit("removed")],
    }),
  ],
  [
    2,
    (c) => ({
      name: "native file renamed",
      deeds: [git("mv", "--force", someSource(c), `csrc/m${c.random.below(3)}.txt`), commit("renamed")],
    }),
  ],
  [
    3,
    (c) => {
      const edits = c.random.pick([[], [write(c, someSource(c))], [python(c)]]);
      return { name: "amend", deeds: [...edits, commit("amended", "--amend", "--allow-empty")] };
    },
  ],
  [10, (c) => ({ name: "switch", deeds: [git("switch", "--quiet", c.random.pick(c.branches))] })],
  [2, () => ({ name: "switch back", deeds: [git("switch", "--quiet", "-")] })],
  [
    3,
    (c) =>
      c.branches.length > 6
        ? null
        : { name: "new branch", deeds: [git("switch", "--quiet", "--create", `b${c.step}`, commitOf(c))] },
  ],
  [2, (c) => ({ name: "detached", deeds: [git("switch", "--quiet", "--detach", commitOf(c))] })],
  [
    9,
    (c) => {
      const how = c.random.pick([
        [],
        ["--no-ff"],
        ["--ff-only"],
        ["--no-commit"],
        ["--strategy=ours"],
        ["--autostash"],
      ]);
      return {
        name: "merge",
        deeds: [git("merge", "--quiet", "--no-edit", ...how, c.random.pick(c.branches))],
      };
    },
  ],
  [
    2,
    (c) => ({
      name: "squash",
      deeds: [git("merge", "--quiet", "--squash", c.random.pick(c.branches)), commit("squashed")],
    }),
  ],
  [
    7,
    (c) => {
      const how = c.random.pick([[], [], ["--apply"], ["--autostash"], ["--force-rebase"]]);
      return { name: "rebase", deeds: [git("rebase", "--quiet", ...how, c.random.pick(c.branches))] };
    },
  ],
  [
    5,
    (c) => {
      const how = c.random.pick([[], [], ["--no-commit"], [commitOf(c)]]);
      return { name: "cherry-pick", deeds: [git("cherry-pick", ...how, commitOf(c))] };
    },
  ],
  [3, (c) => ({ name: "revert", deeds: [git("revert", "--no-edit", commitOf(c))] })],
  [
    6,
    (c) => {
      const how = c.random.pick(["--hard", "--hard", "--hard", "--keep", "--mixed", "--soft"]);
      return { name: "reset", deeds: [git("reset", "--quiet", how, commitOf(c))] };
    },
  ],
  [
    10,
    (c) => {
      const path = c.random.pick(["README.md", "app/main.py", "csrc/a.txt", "csrc/b.txt", "csrc/up.txt"]);
      const how = c.random.pick([
        ["--no-rebase"],
        ["--ff-only"],
        ["--rebase"],
        ["--rebase", "--autostash"],
        ["--no-rebase", "--autostash"],
      ]);
      const published: Deed[] = c.random.oneIn(3) ? [] : [{ kind: "upstream", path, text: someText(c) }];
      return {
        name: "pull",
        deeds: [...published, git("pull", "--quiet", "--no-edit", ...how, "origin", "main")],
      };
    },
  ],
  [1, () => ({ name: "fetch", deeds: [git("fetch", "--quiet")] })],
  [
    1,
    (c) => ({
      name: "branch moved",
      deeds: [git("branch", "--force", c.random.pick(c.branches), commitOf(c))],
    }),
  ],
  [
    2,
    (c) => {
      const to = commitOf(c);
      return {
        name: "patch",
        deeds: [{ kind: "patch", from: `${to}~1`, to, with: c.random.pick(["apply", "am"]) }],
      };
    },
  ],
];

function commitOf({ random, commits }: Choices): string {
  return random.pick(commits);
}

function write(choices: Choices, path: string): Deed {
  return { kind: "write", path, text: someText(choices) };
}

function python({ random, step }: Choices): Deed {
  return { kind: "write", path: random.pick(["app/main.py", "README.md"]), text: `PLACE = ${step}\n` };
}
