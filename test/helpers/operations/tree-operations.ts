/** Operations on the work tree and on what lies around it: edits, stashes, outputs, the tool, other work trees. */
import { type Choices, newText, someSource, someText } from "./choices.ts";
import type { Damage, Deed } from "./deeds.ts";
import type { Maker } from "./history-operations.ts";
import { OUTPUTS } from "./recipe.ts";

const git = (...argv: readonly string[]): Deed => ({ kind: "git", argv });
const commitAll = git("commit", "--quiet", "--all", "--message", "work");

export const TREE: readonly (readonly [weight: number, Maker])[] = [
  [6, (c) => ({ name: "edit", deeds: [{ kind: "write", path: someSource(c), text: someText(c) }] })],
  [
    2,
    (c) => ({ name: "python edit", deeds: [{ kind: "write", path: "app/main.py", text: newText(c.step) }] }),
  ],
  [
    2,
    (c) => {
      const path = `csrc/${c.random.pick(["u.txt", "deep/u.txt", "fresh/u.txt", "u.log"])}`;
      return { name: "untracked file", deeds: [{ kind: "write", path, text: someText(c) }] };
    },
  ],
  [1, (c) => ({ name: "deleted file", deeds: [{ kind: "remove", path: someSource(c) }] })],
  [2, (c) => ({ name: "touched input", deeds: [{ kind: "touch", path: someSource(c) }] })],
  [
    3,
    (c) => ({
      name: "stash push",
      deeds: [
        git("stash", "push", "--quiet", ...c.random.pick([[], ["--include-untracked"], ["--keep-index"]])),
      ],
    }),
  ],
  [
    3,
    (c) =>
      c.stashes === 0
        ? null
        : { name: "stash pop", deeds: [git("stash", c.random.pick(["pop", "pop", "apply"]), "--quiet")] },
  ],
  [
    3,
    (c) => ({
      name: "files of a commit",
      deeds: [git("checkout", "--quiet", c.random.pick(c.commits), "--", "csrc/a.txt")],
    }),
  ],
  [3, () => ({ name: "all thrown away", deeds: [git("restore", "--staged", "--worktree", ".")] })],
  [1, () => ({ name: "ignored files cleaned", deeds: [git("clean", "--quiet", "--force", "-d", "-X")] })],
  [1, () => ({ name: "untracked files cleaned", deeds: [git("clean", "--quiet", "--force", "-d")] })],
  [
    2,
    (c) => ({
      name: "sparse checkout",
      deeds: [
        c.isSparse
          ? git("sparse-checkout", "disable")
          : git("sparse-checkout", "set", "--no-cone", "/*", "!/csrc/deep/"),
      ],
    }),
  ],
  [
    7,
    (c) => {
      const how = c.random.pick<Damage>(["delete", "empty", "overwrite", "append", "touch", "copy"]);
      return { name: "damage", deeds: [{ kind: "damage", path: c.random.pick(OUTPUTS), how }] };
    },
  ],
  [3, (c) => ({ name: "tool swapped", deeds: [{ kind: "tool", version: c.random.below(3) }] })],
  [
    2,
    (c) => ({
      name: "same tool",
      deeds: [{ kind: "same tool", how: c.random.pick(["touched", "installed again"]) }],
    }),
  ],
  [4, () => ({ name: "typed", deeds: [{ kind: "typed" }] })],
  [
    2,
    (c) => {
      const isTracked = c.now.git.trackedOutputs.length > 0;
      const deeds: Deed[] = isTracked
        ? [git("rm", "--quiet", "--force", "pkg/more.py"), commitAll]
        : [
            { kind: "write", path: "pkg/more.py", text: "MORE = 'by hand'\n" },
            git("add", "--force", "pkg/more.py"),
            commitAll,
          ];
      return { name: isTracked ? "output untracked" : "output tracked", deeds };
    },
  ],
  [3, held],
  [3, burst],
  [
    3,
    (c) => {
      if (!c.hasSubmodule) return null;
      const to = c.random.pick(c.libraryCommits);
      return {
        name: "submodule bump",
        deeds: [git("-C", "csrc/sub", "checkout", "--quiet", to), git("add", "csrc/sub"), commitAll],
      };
    },
  ],
  [6, (c) => (c.hasSubmodule && c.now.git.lags ? { name: "submodule update", deeds: [update()] } : null)],
  [
    1,
    (c) => {
      if (!c.hasSubmodule || c.now.git.lags) return null;
      return {
        name: "submodule edited",
        deeds: [{ kind: "write", path: "csrc/sub/lib.txt", text: newText(c.step) }],
      };
    },
  ],
  [
    1,
    (c) =>
      c.mayLink ? { name: "linked work tree", deeds: [{ kind: "link", branch: `linked${c.step}` }] } : null,
  ],
];

/** A build stands half-way, and something happens to its tree. */
function held(c: Choices): ReturnType<Maker> {
  const source = someSource(c);
  const text = newText(c.step);
  const during = c.random.pick<readonly Deed[]>([
    [{ kind: "write", path: source, text: someText(c) }],
    [
      { kind: "write", path: source, text: "short\n" },
      { kind: "write", path: source, text },
    ],
    [{ kind: "touch", path: source }],
    [{ kind: "write", path: "app/main.py", text }],
    [git("switch", "--quiet", c.random.pick(c.branches))],
    [git("reset", "--quiet", "--hard", c.random.pick(c.commits))],
    [git("merge", "--quiet", "--no-edit", c.random.pick(c.branches))],
    [{ kind: "write", path: source, text: someText(c) }, commitAll],
    [{ kind: "tool", version: c.random.below(3) }],
  ]);
  const deeds: Deed[] = [
    { kind: "begin", how: "held" },
    { kind: "write", path: source, text },
    commitAll,
    ...during,
    { kind: "end" },
  ];
  return { name: "during a build", deeds };
}

/** Git commands that follow each other at once, as in a script. */
function burst(c: Choices): ReturnType<Maker> {
  const commands = Array.from({ length: 2 + c.random.below(3) }, () =>
    c.random.pick<readonly Deed[]>([
      [{ kind: "write", path: someSource(c), text: someText(c) }, commitAll],
      [{ kind: "write", path: "README.md", text: newText(c.step) }, commitAll],
      [git("switch", "--quiet", c.random.pick(c.branches))],
      [git("reset", "--quiet", "--hard", c.random.pick(c.commits))],
      [git("checkout", "--quiet", c.random.pick(c.commits), "--", "csrc/b.txt")],
    ]),
  );
  return { name: "burst", deeds: [{ kind: "begin", how: "burst" }, ...commands.flat(), { kind: "end" }] };
}

function update(): Deed {
  return git("submodule", "--quiet", "update", "--init", "--force");
}
