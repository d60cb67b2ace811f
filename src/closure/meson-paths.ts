/** Which paths an expression of a meson.build can be, as patterns (see path-pattern.ts). */
import { childValues, type MesonStatement, type MesonValue } from "./meson-syntax.ts";
import { joinPatterns, UNKNOWN } from "./path-pattern.ts";

/** Reads expressions of one file; a list and its elements are the same here. */
export class MesonPaths {
  private readonly bound = new Map<string, MesonValue[]>();
  private readonly open = new Set<string>();

  constructor(statements: readonly MesonStatement[]) {
    for (const one of statements) {
      if (one.kind === "bind") this.bound.set(one.name, [...(this.bound.get(one.name) ?? []), one.value]);
    }
  }

  read(value: MesonValue): readonly string[] {
    switch (value.kind) {
      case "string":
        return [value.text.replace(/@\w+@/g, UNKNOWN)];
      case "format":
        return [value.text.replace(/@[^@]*@/g, UNKNOWN)];
      case "name":
        return this.through(value.text, (bound) => this.read(bound), [UNKNOWN]);
      case "other":
        return [];
      case "list":
      case "dict":
        return value.items.flatMap((one) => this.read(one));
      case "call":
        return this.readCall(value);
      case "operation":
        return this.readOperation(value.operator, value.operands);
    }
  }

  /** True where the answer of a program that runs at setup gives (part of) the value. */
  comesFromProgram(value: MesonValue): boolean {
    if (value.kind === "name") {
      return this.through(value.text, (bound) => [this.comesFromProgram(bound)], [false]).includes(true);
    }
    if (value.kind === "call" && value.name === "stdout") return true;
    return childValues(value).some((one) => this.comesFromProgram(one));
  }

  private through<T>(
    name: string,
    look: (value: MesonValue) => readonly T[],
    unbound: readonly T[],
  ): readonly T[] {
    const values = this.bound.get(name);
    if (values === undefined) return unbound;
    if (this.open.has(name)) return [];
    this.open.add(name);
    const found = [...new Set(values.flatMap(look))];
    this.open.delete(name);
    return found;
  }

  private readCall(call: MesonValue & { readonly kind: "call" }): readonly string[] {
    const places = call.args.filter((arg) => arg.name === null).map((arg) => arg.value);
    switch (call.name) {
      case "join_paths":
        return this.join(places);
      case "files":
      case "include_directories":
        return places.flatMap((one) => this.read(one));
      case "current_source_dir":
        return ["."];
      case "source_root":
      case "project_source_root":
      case "global_source_root":
      case "current_build_dir":
      case "build_root":
      case "project_build_root":
        return [UNKNOWN];
      case "format":
      case "strip":
      case "replace":
      case "full_path":
        return call.of === null ? [UNKNOWN] : this.read(call.of);
      case "keys":
      case "values":
        return call.of === null ? [UNKNOWN] : this.read(call.of);
      case "split":
        return call.of?.kind === "string" ? call.of.text.trim().split(/\s+/) : [UNKNOWN];
      case "find_program":
      case "configure_file":
      case "custom_target":
      case "process":
      case "dependency":
      case "declare_dependency":
        return []; // what they are made from is read where they stand
      default:
        return [UNKNOWN];
    }
  }

  private readOperation(operator: string, operands: readonly MesonValue[]): readonly string[] {
    const [left, right] = operands;
    if (left === undefined || right === undefined) return [UNKNOWN];
    if (operator === "/") return this.join(operands);
    if (operator === "?") return [...this.read(left), ...this.read(right)];
    if (operator === "[]") return this.read(left);
    if (operator !== "+") return [UNKNOWN];
    const [a, b] = [this.read(left), this.read(right)];
    if (isList(left) || isList(right)) return [...a, ...b];
    const joined = limited(a.flatMap((one) => b.map((other) => one + other)));
    return isText(left) || isText(right) ? joined : [...a, ...b, ...joined];
  }

  private join(parts: readonly MesonValue[]): readonly string[] {
    return parts.reduce<readonly string[]>(
      (done, part) => {
        const next = this.read(part);
        const tails = next.length === 0 ? [UNKNOWN] : next;
        return limited(done.flatMap((one) => tails.map((tail) => joinPatterns([one, tail]))));
      },
      [""],
    );
  }
}

/** So many different paths are as good as any path. */
function limited(patterns: readonly string[]): readonly string[] {
  return patterns.length > 2000 ? [UNKNOWN] : patterns;
}

function isList(value: MesonValue): boolean {
  return value.kind === "list" || (value.kind === "call" && /^(?:files|split)$/.test(value.name));
}

function isText(value: MesonValue): boolean {
  return value.kind === "string" || value.kind === "format";
}
