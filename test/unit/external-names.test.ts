import assert from "node:assert/strict";
import test from "node:test";
import { namedExternals } from "../../src/fingerprint/external-names.ts";
import { anExtension } from "../helpers/extension.ts";

const PRECOMPILED = { switch: "ON", location: "WHEEL", commit: "COMMIT", variants: [] };

test("what names a source tree", () => {
  const recipe = [["cmake", "-DFETCHCONTENT_SOURCE_DIR_FMT=/fmt", "-DOTHER=/x", "-S", "."]];
  const variables = {
    VLLM_CUTLASS_SRC_DIR: "/cutlass",
    CMAKE_ARGS: `-DFETCHCONTENT_SOURCE_DIR_CUTLASS:PATH="/a b" -DFETCHCONTENT_BASE_DIR=/x -DQUTLASS_SRC_DIR=/q`,
    CXX: "/usr/bin/g++",
    SRC_DIR: "/no",
  };
  assert.deepEqual(
    [...namedExternals(anExtension({ recipe }), variables)],
    [
      ["$FETCHCONTENT_SOURCE_DIR_CUTLASS", "/a b"],
      ["$FETCHCONTENT_SOURCE_DIR_FMT", "/fmt"],
      ["$QUTLASS_SRC_DIR", "/q"],
      ["$VLLM_CUTLASS_SRC_DIR", "/cutlass"],
    ],
  );
});

test("where a wheel is installed, only a wheel that is a file here is looked at", () => {
  const of = (location: string): [string, string][] => [
    ...namedExternals(anExtension({ precompiled: PRECOMPILED, wheel: { kind: "location", location } }), {
      VLLM_CUTLASS_SRC_DIR: "/cutlass",
    }),
  ];
  assert.deepEqual(of("dist/x.whl"), [["$WHEEL", "dist/x.whl"]]);
  assert.deepEqual(of("https://example.invalid/x.whl"), []);
});
