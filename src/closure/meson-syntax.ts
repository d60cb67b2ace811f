/** Meson's statements and expressions as plain data. */
import { NotReadable, unlessUnreadable } from "./not-readable.ts";
import { type MesonToken, mesonTokens } from "./meson-tokens.ts";

export type MesonValue =
  | { readonly kind: "string" | "format" | "name" | "other"; readonly text: string }
  | { readonly kind: "list" | "dict"; readonly items: readonly MesonValue[] }
  | {
      readonly kind: "call";
      readonly of: MesonValue | null;
      readonly name: string;
      readonly args: MesonArgument[];
    }
  | { readonly kind: "operation"; readonly operator: string; readonly operands: readonly MesonValue[] };

export interface MesonArgument {
  /** Null: it has a place, not a name. */
  readonly name: string | null;
  readonly value: MesonValue;
}

/** Conditions are left out: every branch counts. A loop binds its names to what it goes over. */
export type MesonStatement =
  | { readonly kind: "bind"; readonly name: string; readonly value: MesonValue }
  | { readonly kind: "value"; readonly value: MesonValue };

/** All statements of a meson.build, those of all branches and loops too. Null: it cannot be read. */
export function readMesonSyntax(text: string): readonly MesonStatement[] | null {
  return unlessUnreadable(() => new Parser(mesonTokens(text)).statements());
}

/** The values directly in a value. */
export function childValues(value: MesonValue): readonly MesonValue[] {
  switch (value.kind) {
    case "call":
      return [...(value.of === null ? [] : [value.of]), ...value.args.map((arg) => arg.value)];
    case "list":
    case "dict":
      return value.items;
    case "operation":
      return value.operands;
    case "string":
    case "format":
    case "name":
    case "other":
      return [];
  }
}

class Parser {
  private readonly tokens: readonly MesonToken[];
  private at = 0;

  constructor(tokens: readonly MesonToken[]) {
    this.tokens = tokens;
  }

  statements(): MesonStatement[] {
    const statements: MesonStatement[] = [];
    while (this.token().kind !== "end") {
      if (this.token().kind === "newline") this.at += 1;
      else {
        statements.push(...this.statement());
        if (this.token().kind !== "newline") throw new NotReadable("more on the line");
      }
    }
    return statements;
  }

  private statement(): MesonStatement[] {
    if (["else", "endif", "endforeach", "break", "continue"].some((one) => this.accept(one))) return [];
    if (this.accept("if") || this.accept("elif")) return [{ kind: "value", value: this.value() }];
    if (this.accept("foreach")) {
      const names = [this.name()];
      if (this.accept(",")) names.push(this.name());
      this.expect(":");
      const value = this.value();
      return names.map((name) => ({ kind: "bind", name, value }));
    }
    const value = this.value();
    if (value.kind === "name" && (this.accept("=") || this.accept("+="))) {
      return [{ kind: "bind", name: value.text, value: this.value() }];
    }
    return [{ kind: "value", value }];
  }

  private value(): MesonValue {
    const condition = this.binary(0);
    if (!this.accept("?")) return condition;
    const yes = this.value();
    this.expect(":");
    return { kind: "operation", operator: "?", operands: [yes, this.value()] };
  }

  private binary(level: number): MesonValue {
    const operators = LEVELS[level];
    if (operators === undefined) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const operator = this.is("not") && this.is("in", 1) && operators.includes("in") ? "not" : null;
      if (operator !== null) this.at += 1;
      const found = operators.find((one) => this.accept(one));
      if (found === undefined) return left;
      left = { kind: "operation", operator: found, operands: [left, this.binary(level + 1)] };
    }
  }

  private unary(): MesonValue {
    if (this.accept("not") || this.accept("-")) {
      return { kind: "operation", operator: "not", operands: [this.unary()] };
    }
    let value = this.atom();
    for (;;) {
      if (this.accept(".")) {
        const name = this.name();
        this.expect("(");
        value = { kind: "call", of: value, name, args: this.args() };
      } else if (this.accept("[")) {
        const at = this.value();
        this.expect("]");
        value = { kind: "operation", operator: "[]", operands: [value, at] };
      } else return value;
    }
  }

  private atom(): MesonValue {
    const token = this.token();
    this.at += 1;
    if (token.kind === "string" || token.kind === "format") return { kind: token.kind, text: token.text };
    if (token.kind === "number") return { kind: "other", text: token.text };
    if (token.kind === "name") {
      if (token.text === "true" || token.text === "false") return { kind: "other", text: token.text };
      if (!this.accept("(")) return { kind: "name", text: token.text };
      return { kind: "call", of: null, name: token.text, args: this.args() };
    }
    if (token.text === "(") {
      const value = this.value();
      this.expect(")");
      return value;
    }
    if (token.text === "[") return { kind: "list", items: this.items("]") };
    if (token.text === "{") return { kind: "dict", items: this.items("}") };
    throw new NotReadable(`${token.text} in an expression`);
  }

  /** Elements up to `end`; of a dictionary keys and values alike. */
  private items(end: string): MesonValue[] {
    const items: MesonValue[] = [];
    while (!this.accept(end)) {
      items.push(this.value());
      if (end === "}") {
        this.expect(":");
        items.push(this.value());
      }
      if (!this.is(end)) this.expect(",");
    }
    return items;
  }

  private args(): MesonArgument[] {
    const args: MesonArgument[] = [];
    while (!this.accept(")")) {
      const name = this.token().kind === "name" && this.is(":", 1) ? this.name() : null;
      if (name !== null) this.expect(":");
      args.push({ name, value: this.value() });
      if (!this.is(")")) this.expect(",");
    }
    return args;
  }

  private name(): string {
    const token = this.token();
    this.at += 1;
    if (token.kind !== "name") throw new NotReadable("no name");
    return token.text;
  }

  private token(ahead = 0): MesonToken {
    return this.tokens[this.at + ahead] ?? { kind: "end", text: "" };
  }

  private is(text: string, ahead = 0): boolean {
    const token = this.token(ahead);
    return (token.kind === "op" || token.kind === "name") && token.text === text;
  }

  private accept(text: string): boolean {
    const found = this.is(text);
    if (found) this.at += 1;
    return found;
  }

  private expect(text: string): void {
    if (!this.accept(text)) throw new NotReadable(`no ${text}`);
  }
}

const LEVELS: readonly (readonly string[])[] = [
  ["or"],
  ["and"],
  ["==", "!=", "<=", ">=", "<", ">", "in"],
  ["+", "-"],
  ["*", "/", "%"],
];
