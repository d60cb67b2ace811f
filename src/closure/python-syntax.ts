/**
 * Python's syntax tree as plain data. It holds all that a program says and nothing of how it is written, so two
 * modules with equal trees are the same program but for comments, quotes, brackets and line breaks.
 */
export type Expression =
  | { readonly kind: "name"; readonly name: string }
  /** Numbers, `True`, `None`, `...`. */
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "string"; readonly value: string; readonly isBytes: boolean }
  | { readonly kind: "format"; readonly pieces: readonly (string | Field)[] }
  | { readonly kind: "attribute"; readonly of: Expression; readonly name: string }
  | { readonly kind: "call"; readonly callee: Expression; readonly args: readonly Argument[] }
  | { readonly kind: "index"; readonly of: Expression; readonly at: Expression }
  /** Operators with their operands; a null one is left out (`a[:2]`). */
  | {
      readonly kind: "operation";
      readonly operator: string;
      readonly operands: readonly (Expression | null)[];
    }
  | { readonly kind: "display"; readonly bracket: Bracket; readonly items: readonly Expression[] }
  | {
      readonly kind: "comprehension";
      readonly bracket: Bracket;
      readonly element: Expression;
      readonly clauses: readonly Clause[];
    }
  | { readonly kind: "lambda"; readonly parameters: readonly Parameter[]; readonly body: Expression };

export type Bracket = "(" | "[" | "{";

export interface Field {
  readonly value: Expression;
  readonly conversion: string;
  readonly spec: readonly (string | Field)[];
}

export interface Argument {
  readonly name: string | null;
  readonly star: "" | "*" | "**";
  readonly value: Expression;
}

export interface Clause {
  readonly isAsync: boolean;
  readonly target: Expression;
  readonly iterable: Expression;
  readonly conditions: readonly Expression[];
}

export interface Parameter {
  /** Empty for the marks `*` and `/`. */
  readonly name: string;
  readonly star: "" | "*" | "**" | "/";
  readonly annotation: Expression | null;
  readonly preset: Expression | null;
}

export type Statement =
  | { readonly kind: "expression"; readonly value: Expression }
  | Assignment
  | Import
  /** `return`, `raise`, `assert`, `del`, `global`, `nonlocal`, `pass`, `break`, `continue`. */
  | { readonly kind: "keyword"; readonly keyword: string; readonly values: readonly Expression[] }
  | Definition
  | ClassDefinition
  | Compound;

export interface Assignment {
  readonly kind: "assign";
  readonly targets: readonly Expression[];
  /** `=`, `+=`, ...; empty for `x: int` alone. */
  readonly operator: string;
  readonly annotation: Expression | null;
  readonly value: Expression | null;
}

/** One imported thing: `from a import b, c` is two. */
export interface Import {
  readonly kind: "import";
  /** With leading dots where it is relative. */
  readonly module: string;
  /** Null: `import module`. `*`: all. */
  readonly name: string | null;
  readonly alias: string | null;
}

export interface Definition {
  readonly kind: "def";
  readonly isAsync: boolean;
  readonly name: string;
  readonly decorators: readonly Expression[];
  readonly parameters: readonly Parameter[];
  readonly returns: Expression | null;
  readonly body: readonly Statement[];
}

export interface ClassDefinition {
  readonly kind: "class";
  readonly name: string;
  readonly decorators: readonly Expression[];
  readonly args: readonly Argument[];
  readonly body: readonly Statement[];
}

/** `if`, `for`, `while`, `with` and `try` with all their branches. */
export interface Compound {
  readonly kind: "compound";
  readonly branches: readonly Branch[];
}

export interface Branch {
  /** `if`, `elif`, `else`, `for`, `while`, `with`, `try`, `except`, `except*`, `finally`; `async for`, `async with`. */
  readonly keyword: string;
  readonly header: readonly Expression[];
  /** What the header binds: of `with a as x, b`, the names `x` and null. */
  readonly targets: readonly (Expression | null)[];
  readonly body: readonly Statement[];
}
