import assert from "node:assert/strict";
import test from "node:test";
import { resolveLink } from "../../src/fingerprint/commit-links.ts";
import { diffPlaces } from "../../src/fingerprint/diff-places.ts";
import type { Extension } from "../../src/model.ts";

const LINKS = new Map([
  ["csrc/direct.h", "../shared/m.h"],
  ["csrc/folder", "../shared"],
  ["csrc/chain.h", "folder/m.h"],
  ["csrc/top", ".."],
  ["csrc/a", "b"],
  ["csrc/b", "a"],
  ["csrc/out.h", "../../beside/m.h"],
  ["csrc/absolute.h", "/usr/include/stdio.h"],
  ["csrc/home.h", "/home/me/project/shared/m.h"],
  ["csrc/round.h", "../../project/shared/m.h"],
]);

const ENDS: readonly (readonly [string, string | null])[] = [
  ["csrc/direct.h", "shared/m.h"],
  ["csrc/folder", "shared"],
  ["csrc/folder/deep/n.h", "shared/deep/n.h"],
  ["csrc/chain.h", "shared/m.h"],
  ["csrc/top", ""],
  ["csrc/top/csrc/direct.h", "shared/m.h"],
  ["csrc/a", null],
  ["csrc/out.h", "/home/me/beside/m.h"],
  ["csrc/absolute.h", "/usr/include/stdio.h"],
  ["csrc/home.h", "shared/m.h"],
  ["csrc/round.h", "shared/m.h"],
  ["csrc/plain.h", "csrc/plain.h"],
];

for (const [link, end] of ENDS) {
  test(`${link} ends at ${end ?? "nothing"}`, () => {
    assert.equal(resolveLink(link, LINKS, "/home/me/project"), end);
  });
}

const PLACES: readonly (readonly [readonly string[], readonly string[], readonly string[]])[] = [
  [
    ["csrc/**", "!csrc/cpu/**", "setup.py"],
    ["pkg/*.so"],
    [":(top,literal)csrc", ":(top,literal)setup.py", ":(top)pkg/*.so"],
  ],
  [["csrc/a/*.cu"], ["pkg/**/*.so"], [":(top,literal)csrc/a", ":(top)pkg/*.so"]],
  [["csrc/**"], ["pkg/{a/**/*.py,b/{c,d}/**}"], [":(top,literal)csrc", ":(top)pkg/*"]],
  [["csrc/**"], ["pkg/e[0-9].so"], [":(top,literal)csrc", ":(top)pkg/e*.so"]],
  [["csrc/**", "**/*.cu"], ["pkg/*.so"], []],
  [["*.cu"], ["pkg/*.so"], []],
];

for (const [inputs, outputs, expected] of PLACES) {
  test(`changes that can matter to ${inputs.join(" ")} and ${outputs.join(" ")}`, () => {
    const extension = { inputs, outputs, guessed: false } as unknown as Extension;
    const pyproject = expected.length === 0 ? [] : [":(top,literal)pyproject.toml"];
    assert.deepEqual(diffPlaces([{ extension, baseline: null }]), [...pyproject, ...expected]);
    assert.deepEqual(diffPlaces([{ extension: { ...extension, guessed: true }, baseline: null }]), []);
  });
}
