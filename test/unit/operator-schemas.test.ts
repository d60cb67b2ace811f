import assert from "node:assert/strict";
import test from "node:test";
import type { CallShape } from "../../src/verify/contract/callers.ts";
import { misfit, parseSchema, parseSignature } from "../../src/verify/contract/schema.ts";

test("the arguments of a schema", () => {
  const text =
    'p::f.out(Tensor(a!) x, int[2] y, (Tensor, int) t, Tensor !odd, *, str s="a,)b", float e=1e-5) -> (Tensor, Tensor)';
  assert.deepEqual(parseSchema(text), {
    overload: "out",
    arguments: [
      { name: "x", hasDefault: false, isKeywordOnly: false },
      { name: "y", hasDefault: false, isKeywordOnly: false },
      { name: "t", hasDefault: false, isKeywordOnly: false },
      { name: "odd", hasDefault: false, isKeywordOnly: false },
      { name: "s", hasDefault: true, isKeywordOnly: true },
      { name: "e", hasDefault: true, isKeywordOnly: true },
    ],
  });
  assert.deepEqual(parseSchema("f() -> ()"), { overload: "", arguments: [] });
  for (const none of ["", "f", "f(", "f(int", "f(...) -> Tensor"])
    assert.equal(parseSchema(none), null, none);
});

const PLAIN = "f(Tensor a, int b, float c=1.0) -> Tensor";
const KEYWORD = "f(Tensor a, *, int b, int c=0) -> Tensor";
const CASES: readonly (readonly [string, CallShape, string, readonly string[], string | null])[] = [
  ["all that is needed", call(2), "", [PLAIN], null],
  ["a default given", call(3), "", [PLAIN], null],
  ["one by its name", call(1, "b"), "", [PLAIN], null],
  ["one too many", call(4), "", [PLAIN], "it takes 3 arguments by position, and 4 are given"],
  ["one too few", call(1), "", [PLAIN], "b is not given"],
  ["two too few", call(0), "", [PLAIN], "a, b are not given"],
  ["a name that is none", call(2, "d"), "", [PLAIN], "it has no argument d"],
  ["twice", call(2, "a"), "", [PLAIN], "a is given twice"],
  ["only by its name", call(2), "", [KEYWORD], "it takes 1 argument by position, and 2 are given"],
  ["only by its name, and so it is", call(1, "b"), "", [KEYWORD], null],
  ["another overload fits", call(1), "", [PLAIN, "f.one(Tensor a) -> Tensor"], null],
  ["the overload that is named", call(1), "default", [PLAIN, "f.one(Tensor a) -> Tensor"], "b is not given"],
  ["an overload that is not there", call(9), "two", [PLAIN], null],
  ["no schema in the source", call(9), "", [""], null],
  ["one of two schemas is not known", call(9), "", [PLAIN, ""], null],
];

for (const [name, shape, overload, schemas, expected] of CASES) {
  test(`a call: ${name}`, () => assert.equal(misfit(shape, overload, schemas.map(parseSchema)), expected));
}

function call(positional: number, ...keywords: readonly string[]): CallShape {
  return { positional, keywords };
}

test("the arguments of a Python signature", () => {
  const text = `f(arg0: Dict[str, int], b: list = [1, 2], c: dict = {'x': 1, 'y': 2}, /, *, d: str = ', e') -> None`;
  assert.deepEqual(
    parseSignature(text)?.arguments.map((one) => `${one.name} ${one.hasDefault} ${one.isKeywordOnly}`),
    ["arg0 false false", "b true false", "c true false", "d true true"],
  );
  assert.deepEqual(parseSignature("f()"), { overload: "", arguments: [] });
  for (const none of [
    "",
    "f",
    "f(",
    "f(*args)",
    "f(a, **kwargs)",
    "Does f(x).",
    "f(arg0: ns::Tile<float, 4>) -> None",
    "f(a: Kind = <Kind.A: 1>)",
    "f(a b)",
  ])
    assert.equal(parseSignature(none), null, none);
});
