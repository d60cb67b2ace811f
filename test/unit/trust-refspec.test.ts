import assert from "node:assert/strict";
import test from "node:test";
import { parseRefspec, sourceOf } from "../../src/trust/refspec.ts";
import { branchValues, isConfiguredBranch } from "../../src/trust/tracking-refs.ts";

const CASES: readonly (readonly [refspec: string, ref: string, source: string | null])[] = [
  ["+refs/heads/*:refs/remotes/origin/*", "refs/remotes/origin/main", "refs/heads/main"],
  ["refs/heads/*:refs/remotes/origin/*", "refs/remotes/origin/a/b", "refs/heads/a/b"],
  ["+refs/heads/*:refs/remotes/origin/*", "refs/remotes/fork/main", null],
  ["+refs/heads/main:refs/remotes/origin/main", "refs/remotes/origin/main", "refs/heads/main"],
  ["+refs/heads/main:refs/remotes/origin/main", "refs/remotes/origin/main2", null],
  ["+refs/heads/v*:refs/remotes/origin/v*", "refs/remotes/origin/v1", "refs/heads/v1"],
  ["+refs/pull/*/head:refs/remotes/origin/pr/*", "refs/remotes/origin/pr/7", "refs/pull/7/head"],
  ["+refs/pull/*/head:refs/remotes/origin/*-pr", "refs/remotes/origin/7-pr", "refs/pull/7/head"],
  ["refs/x/*:refs/y/ab*ba", "refs/y/aba", null],
  ["refs/x/*:refs/y/*", "refs/y/$&", "refs/x/$&"],
  ["refs/pull/7/head:remotes/origin/x", "refs/remotes/origin/x", "refs/pull/7/head"],
];

test("a refspec maps a ref here back to the server's", () => {
  for (const [text, ref, source] of CASES) {
    const refspec = parseRefspec("origin", text);
    assert.equal(refspec && sourceOf(refspec, ref), source, `${text} ${ref}`);
  }
});

test("a refspec that writes nothing here is none", () => {
  for (const text of ["^refs/heads/x", "refs/heads/main", "refs/heads/main:", ":refs/heads/x", ""]) {
    assert.equal(parseRefspec("origin", text), null, text);
  }
});

function isBranch(ref: string, trusted: string[], ...config: [remote: string, refspec: string][]): boolean {
  const refspecs = config.map(([remote, text]) => parseRefspec(remote, text) ?? assert.fail(text));
  return isConfiguredBranch(ref, refspecs, trusted);
}

test("every refspec that writes a ref must make it a branch of a trusted remote", () => {
  const usual: [string, string] = ["origin", "+refs/heads/*:refs/remotes/origin/*"];
  const main = "refs/remotes/origin/main";
  assert.equal(isBranch(main, ["origin"], usual), true);
  assert.equal(isBranch(main, [], usual), false);
  assert.equal(isBranch(main, ["origin"]), false);
  assert.equal(
    isBranch("refs/remotes/origin/pr/7", ["origin"], usual, [
      "origin",
      "+refs/pull/*/head:refs/remotes/origin/pr/*",
    ]),
    false,
  );
  assert.equal(
    isBranch("refs/remotes/origin/f/x", ["origin"], usual, [
      "origin/f",
      "+refs/heads/*:refs/remotes/origin/f/*",
    ]),
    false,
  );
  assert.equal(
    isBranch(main, ["origin"], ["origin", "main:refs/remotes/origin/main"]),
    false,
    "main may be a tag there",
  );
  assert.equal(isBranch(main, ["origin"], ["origin", "+refs/*:refs/*"]), false);
});

const ref = { name: "refs/remotes/origin/x", id: "b", symref: "" };

function values(...messages: string[]) {
  const ids = ["a", "b"].slice(-messages.length);
  const log = messages.map((message, at) => ({
    old: at === 0 ? null : (ids[at - 1] ?? null),
    id: ids[at] ?? "",
    message,
  }));
  return branchValues(ref, log, ["origin"]);
}

const BOTH = { present: "b", past: ["a", "b"] };

test("ordinary fetches, pulls and pushes give a branch its values", () => {
  assert.deepEqual(branchValues(ref, [], ["origin"]), { present: "b", past: [] });
  for (const message of [
    "fetch: fast-forward",
    "fetch --all --prune: forced-update",
    "pull --rebase origin main: fast-forward",
    "fetch origin main refs/pull/7/head:refs/heads/pr7: fast-forward",
    "fetch origin +refs/heads/x:refs/remotes/origin/x: forced-update",
    "update by push",
  ]) {
    assert.deepEqual(values("fetch origin: storing head", message), BOTH, message);
  }
});

test("a value that came another way is none of the branch", () => {
  for (const message of [
    "",
    "commit: x",
    "reset: moving to x",
    "fetch origin refs/pull/7/head:refs/remotes/origin/x: fast-forward",
    "fetch origin pull/7/head:remotes/origin/x: fast-forward",
    "fetch origin main:refs/remotes/origin/x: fast-forward",
    "fetch ../fork refs/heads/x:refs/remotes/origin/x: forced-update",
    "fetch https://example.invalid/f.git +refs/heads/*:refs/remotes/origin/*: forced-update",
    "fetch --refmap=+refs/pull/*:refs/remotes/origin/* origin: forced-update",
    "fetch --stdin origin: forced-update",
  ]) {
    assert.deepEqual(values("fetch origin: storing head", message), { present: null, past: ["a"] }, message);
  }
  assert.deepEqual(values("fetch origin: storing ref", "fetch origin: forced-update"), {
    present: null,
    past: [],
  });
});

test("a renamed remote's branches keep where they came from", () => {
  const renamed = "remote: renamed refs/remotes/o/x to refs/remotes/origin/x";
  const log = [
    { old: null, id: "b", message: "fetch o: storing head" },
    { old: null, id: "b", message: renamed },
  ];
  assert.deepEqual(branchValues(ref, log, ["origin"]), { present: "b", past: ["b"] });
});

test("a value that the reflog does not know is not the branch's", () => {
  const log = [{ old: "a", id: "c", message: "fetch: fast-forward" }];
  assert.deepEqual(branchValues(ref, log, ["origin"]), { present: null, past: ["a", "c"] });
});
