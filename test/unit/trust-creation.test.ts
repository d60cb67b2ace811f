import assert from "node:assert/strict";
import test from "node:test";
import { creationKind, findCreations } from "../../src/trust/creation.ts";
import { parseReflog } from "../../src/trust/reflog.ts";

const OWN = [
  "commit: add a kernel",
  "commit: perf: fast-forward",
  "commit (initial): first",
  "commit (merge): Merge branch 'x'",
  "commit (amend): words",
  "merge x: Merge made by the 'ort' strategy.",
  "merge x: Merge made by the 'recursive' strategy.",
  "merge origin/x: Merge made by recursive.",
  "merge a b: In-index merge",
  "pull: Merge made by the 'ort' strategy.",
  "pull --no-rebase https://example.invalid/x.git main: Merge made by the 'ort' strategy.",
];

const COPIES = [
  "commit (cherry-pick): words",
  "commit (rebase): words",
  "cherry-pick: words",
  'revert: Revert "words"',
  "am: words",
  "rebase (pick): words",
  "rebase (reword): words",
  "rebase (edit): words",
  "rebase (squash): words",
  "rebase (fixup): words",
  "rebase (continue): words",
  "rebase (merge): Merge branch 'x'",
  "rebase -i (pick): words",
  "rebase: words",
  "pull --rebase (pick): words",
  "pull -q --rebase https://example.invalid/x.git main (continue): words",
  "pull --rebase origin main: words",
  "pull -r: words",
];

/** Here a ref was only moved; a commit that it now names may be anybody's. */
const MOVES = [
  "",
  "clone: from https://example.invalid/x.git",
  "branch: Created from origin/main",
  "checkout: moving from main to pr7",
  "reset: moving to FETCH_HEAD",
  "merge pr7: Fast-forward",
  "merge pr7: Fast-forward (no commit created; -m option ignored)",
  "pull: Fast-forward",
  "pull --rebase origin main: Fast-forward",
  "pull --rebase: checkout 0123456",
  "pull --rebase (start): checkout 0123456",
  "pull --rebase (finish): returning to refs/heads/main",
  "pull --rebase finished: refs/heads/x onto 0123456",
  "pull --rebase origin pull/7/head:pr7: storing head",
  "fetch origin pull/7/head:pr7: storing head",
  "cherry-pick: fast-forward",
  "rebase: fast-forward",
  "rebase (pick): fast-forward",
  "rebase (start): checkout origin/main",
  "rebase (finish): refs/heads/x onto 0123456",
  "rebase finished: refs/heads/x onto 0123456",
  "rebase: checkout pr7",
  "rebase: aborting",
  "rebase -i (start): checkout pr7",
  "rebase -i (finish): returning to refs/heads/x",
  "rebase (abort): returning to refs/heads/x",
  "push",
  "update by push",
  "filter-branch: rewrite",
  "committed: something else",
];

test("reflog messages of commits that were made here", () => {
  for (const message of OWN) assert.equal(creationKind(message), "own", message);
  for (const message of COPIES) assert.equal(creationKind(message), "copy", message);
});

test("reflog messages of refs that only moved", () => {
  for (const message of MOVES) assert.equal(creationKind(message), null, message);
});

const id = (digit: number): string => String(digit).repeat(40);
const line = (from: number, to: number, message: string): string =>
  `${id(from)} ${id(to)} A U Thor <a@example.invalid> 1772366400 +0000\t${message}\n`;

test("a plain commit inside a rebase is a copy, after it it is my own", () => {
  const log = parseReflog(
    line(0, 1, "clone: from x") +
      line(1, 2, "rebase (start): checkout main") +
      line(2, 3, "rebase (pick): evil (finish): x") +
      line(3, 4, "commit: by hand") +
      line(4, 4, "rebase (finish): returning to refs/heads/x") +
      line(4, 5, "commit: mine"),
  );
  assert.deepEqual(Object.fromEntries(findCreations([log], [])), {
    [id(3)]: [{ kind: "copy", old: id(2) }],
    [id(4)]: [{ kind: "copy", old: id(3) }],
    [id(5)]: [{ kind: "own", old: id(4) }],
  });
});

test("a first commit has no predecessor, a deleted ref and a cut line name nothing", () => {
  const text = line(0, 1, "commit (initial): first") + line(1, 0, "") + line(1, 2, "commit: x").slice(0, 50);
  assert.deepEqual(parseReflog(text), [{ old: null, id: id(1), message: "commit (initial): first" }]);
});
