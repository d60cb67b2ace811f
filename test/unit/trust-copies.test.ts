import assert from "node:assert/strict";
import test from "node:test";
import type { Commit } from "../../src/trust/commits.ts";
import { authorship, spreadForeign } from "../../src/trust/copies.ts";
import type { Creation } from "../../src/trust/creation.ts";

const commit = (id: string, subject: string, parents: string[] = []): Commit => ({
  id,
  parents,
  author: "A <a@example.invalid>",
  authoredAt: "1",
  subject,
});
const own = (old: string | null): Creation[] => [{ kind: "own", old }];
const copy = (old: string | null): Creation[] => [{ kind: "copy", old }];

function spread(commits: Commit[], creations: Record<string, Creation[]>, foreign: string[]): string[] {
  const found = spreadForeign({
    commits,
    creations: new Map(Object.entries(creations)),
    foreign: new Set(foreign),
    marks: authorship,
  });
  return [...found].toSorted();
}

test("copies of copies and amended copies of a foreign commit are foreign, in any order", () => {
  const commits = [
    commit("amended", "mine now", ["base"]),
    commit("copied-again", "evil", ["base"]),
    commit("copied", "evil", ["base"]),
    commit("copy-of-amended", "mine now", ["other"]),
    commit("evil", "evil"),
  ];
  const creations = {
    amended: own("copied-again"),
    "copied-again": copy("base"),
    copied: copy("base"),
    "copy-of-amended": copy("other"),
  };
  const all = commits.map((one) => one.id).toSorted();
  assert.deepEqual(spread(commits, creations, ["evil"]), all);
  assert.deepEqual(spread(commits.toReversed(), creations, ["evil"]), all);
  assert.deepEqual(spread(commits, creations, []), []);
});

test("a plain commit is mine even if a foreign one looks like it: that one may be a copy of mine", () => {
  const commits = [commit("theirs", "work"), commit("mine", "work", ["base"])];
  assert.deepEqual(spread(commits, { mine: own("base") }, ["theirs"]), ["theirs"]);
});

test("a commit on top of a foreign one is not foreign itself", () => {
  const commits = [commit("mine", "work", ["evil"]), commit("evil", "evil")];
  assert.deepEqual(spread(commits, { mine: own("evil") }, ["evil"]), ["evil"]);
});

test("what was amended from a commit that is gone is as foreign as that one", () => {
  assert.deepEqual(spread([commit("mine", "work", ["base"])], { mine: own("gone") }, ["gone"]), [
    "gone",
    "mine",
  ]);
});
