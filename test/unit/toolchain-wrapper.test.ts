import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test, { type TestContext } from "node:test";
import { programOf, splitWords } from "../../src/fingerprint/command-line.ts";
import { followWrappers, isLauncher } from "../../src/fingerprint/wrapper.ts";

function folderOf(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "rebuild-if-needed-test-")));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function program(path: string, text = "real\n"): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

test("a wrapper is followed to what it starts, in every common way of writing", (t) => {
  const folder = folderOf(t);
  const real = program(join(folder, "cuda/bin/nvcc"));
  const beside = program(join(folder, "bin/nvcc.real"));
  const onPath = program(join(folder, "path/g++-12"));
  const context = {
    find: (name: string) => (name === "g++-12" ? onPath : null),
    variables: { CUDA_HOME: join(folder, "cuda") },
  };
  const scripts: readonly (readonly [string, readonly string[]])[] = [
    [`#!/bin/sh\nexec ${real} "$@"\n`, [real]],
    [`#!/bin/sh\nFOO=1 BAR="a b" exec ${real} "$@"\n`, [real]],
    [`#!/bin/sh\nexec env FOO=1 ${real} "$@"\n`, [real]],
    [`#!/usr/bin/env bash\nset -e\nexec -a "$0" "${real}" "\${flags[@]}" "$@"\n`, [real]],
    [`#!/bin/bash\nexec "\${CUDA_HOME}/bin/nvcc" "$@"\n`, [real]],
    [`#!/bin/sh\nexec "\${NOT_SET:-${join(folder, "cuda")}}/bin/nvcc" "$@"\n`, [real]],
    [`#!/bin/sh\nhere=$(cd "$(dirname "$0")" && pwd)\nexec "$here/nvcc.real" "$@"\n`, [beside]],
    [`#!/bin/sh\nexec "$(dirname "$0")/nvcc.real" "$@"\n`, [beside]],
    [`#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/nvcc.real" "$@"\n`, [beside]],
    [`#!/bin/sh\nexec "\${0%/*}/nvcc.real" "$@"\n`, [beside]],
    [`#!/bin/sh\nexec ccache g++-12 "$@"\n`, [onPath]],
    [`#!/bin/sh\n${real} \\\n  --extra "$@"\n`, [real]],
    [`#!/bin/sh\nif [ -x ${beside} ]; then exec ${beside} "$@"; fi\nexec ${real} "$@"\n`, [beside, real]],
    [`#!/bin/sh\n/bin/echo "$@" >> /dev/null\nexec ${real} "$@"\n`, [real]],
    [`#!/bin/sh\nfor a in "$@"; do set -- "$@" "$a"; done\n`, []],
    [`#!/bin/sh\nexec "$UNKNOWN/nvcc" "$@"\n`, []],
    [`#!/usr/bin/env python3\nexec ${real} "$@"\n`, []],
    [`exec ${real} "$@"\n`, []],
  ];
  for (const [text, targets] of scripts) {
    const wrapper = program(join(folder, "bin/nvcc"), text);
    assert.deepEqual(followWrappers(wrapper, context), [wrapper, ...targets], text);
  }
});

test("wrappers of wrappers are followed, and a loop ends", (t) => {
  const folder = folderOf(t);
  const context = { find: () => null, variables: {} };
  const inner = program(join(folder, "inner"));
  const middle = program(join(folder, "middle"), `#!/bin/sh\nexec ${inner} "$@"\n`);
  const outer = program(join(folder, "outer"), `#!/bin/sh\nexec ${middle} "$@"\n`);
  assert.deepEqual(followWrappers(outer, context), [outer, middle, inner]);
  program(inner, `#!/bin/sh\nexec ${outer} "$@"\n`);
  assert.deepEqual(followWrappers(outer, context), [outer, middle, inner]);
});

test("a compiler command gives its compiler", () => {
  assert.equal(programOf(splitWords("g++")), "g++");
  assert.equal(programOf(splitWords("ccache g++ -m64")), "g++");
  assert.equal(
    programOf(splitWords("/usr/bin/env CCACHE_DIR=/x sccache '/opt/my gcc/bin/gcc' -O2")),
    "/opt/my gcc/bin/gcc",
  );
  assert.equal(programOf(splitWords("ccache")), null);
});

test("ccache is known behind any name of a link, a version manager by its folder", (t) => {
  const folder = folderOf(t);
  const ccache = program(join(folder, "bin/ccache"));
  symlinkSync(ccache, join(folder, "g++"));
  assert.equal(isLauncher(join(folder, "g++")), true);
  assert.equal(isLauncher(program(join(folder, "shims/cmake"))), true);
  assert.equal(isLauncher(program(join(folder, "bin/g++"))), false);
});
