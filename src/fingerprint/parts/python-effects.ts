/**
 * Which Python code certainly has no effect but for the names that it binds. It may read files and variables and
 * may fail; it writes nothing, runs no program and changes no object that other code can see. Whatever is not
 * known here counts as having effects.
 */
import type { Argument, Definition, Expression, Statement } from "../../closure/python-syntax.ts";
import { isStandardModule } from "../../closure/python-stdlib.ts";
import { allStatements, boundNames, childExpressions, dottedName } from "../../closure/python-walk.ts";
import { isNew, type Locals, localsOf, NO_LOCALS } from "./python-locals.ts";
import { calledBack, CONSUMERS, isPureFunction, isPureMethod, MUTATORS } from "./python-pure.ts";

/** Judges code of one module. */
export class Effects {
  private readonly functions = new Map<string, Definition[]>();
  /** Names of the module that something else than a `def` binds, with what they are bound to (null: unknown). */
  private readonly values = new Map<string, (Expression | null)[]>();
  /** What imports bind, as full dotted names: `parse` is `packaging.version.parse`. */
  private readonly imported = new Map<string, string>();
  private readonly methods = new Set<string>();
  private readonly judged = new Map<Definition, boolean>();

  constructor(module: readonly Statement[]) {
    const bind = (target: Expression, value: Expression | null): void => {
      for (const name of boundNames(target)) this.values.set(name, [...(this.values.get(name) ?? []), value]);
    };
    const look = (statements: readonly Statement[]): void => {
      for (const one of statements) {
        if (one.kind === "def") this.functions.set(one.name, [...(this.functions.get(one.name) ?? []), one]);
        else if (one.kind === "class") {
          this.values.set(one.name, [null]);
          for (const inner of allStatements(one.body)) if (inner.kind === "def") this.methods.add(inner.name);
        } else if (one.kind === "import") this.addImport(one.module, one.name, one.alias);
        else if (one.kind === "assign") {
          for (const target of one.targets) {
            bind(target, target.kind === "name" && one.operator !== "" ? one.value : null);
          }
        } else if (one.kind === "compound") {
          for (const { targets, body } of one.branches) {
            for (const target of targets) if (target !== null) bind(target, null);
            look(body);
          }
        }
      }
    };
    look(module);
    for (const one of allStatements(module)) {
      if (one.kind === "keyword" && one.keyword === "global") {
        for (const name of one.values.flatMap(boundNames)) this.values.set(name, [null]);
      }
    }
  }

  /** True when evaluating it changes nothing. `locals`: names that are the function's own. */
  isPure(value: Expression, locals: Locals = NO_LOCALS): boolean {
    if (value.kind === "operation" && /^(?:await|yield|yield from)$/.test(value.operator)) return false;
    if (value.kind === "operation" && value.operator === ":=") return false;
    if (value.kind === "call" && !this.isPureCall(value.callee, value.args, locals)) return false;
    const inner = value.kind === "call" ? value.args.map((arg) => arg.value) : childExpressions(value);
    return inner.every((one) => this.isPure(one, locals));
  }

  /** True when a simple statement of the module does no more than bind the names that it binds. */
  onlyBinds(statement: Statement): boolean {
    switch (statement.kind) {
      case "expression":
        return this.isIdle(statement.value) || this.changesOwn(statement.value, NO_LOCALS);
      case "assign":
        return this.isPureAssignment(statement.targets, statement.operator, statement.value, NO_LOCALS);
      case "import":
        return statement.name !== "*" && isStandardModule(statement.module);
      case "keyword":
        return statement.keyword === "pass";
      case "def":
        return (
          statement.decorators.every(isPureDecorator) &&
          statement.parameters.every(({ preset }) => preset === null || this.isPure(preset))
        );
      case "class":
        return false;
      case "compound":
        return false;
    }
  }

  /** A value that nobody takes: text or a message. A function called for nothing else may be there to fail. */
  private isIdle(value: Expression): boolean {
    // Text can be a docstring, which the code may read.
    if (value.kind !== "call") return value.kind !== "string" && this.isPure(value);
    return value.callee.kind === "name" && value.callee.name === "print" && this.isPure(value);
  }

  private addImport(module: string, name: string | null, alias: string | null): void {
    const full = name === null ? module : `${module}.${name}`;
    const bound = alias ?? name ?? module.split(".")[0] ?? module;
    const dotted = name === null && alias === null ? bound : full;
    // Two imports of one name: neither is known.
    const known = this.imported.get(bound);
    this.imported.set(bound, known === undefined || known === dotted ? dotted : "");
  }

  private isPureCall(callee: Expression, args: readonly Argument[], locals: Locals): boolean {
    if (!this.callsBackPure(callee, args, locals)) return false;
    if (callee.kind === "name" && this.isOnlyFunction(callee.name, locals)) {
      return this.functionsNamed(callee.name, locals).every((one) => this.isPureFunction(one, locals));
    }
    const dotted = dottedName(callee);
    const root = dotted?.split(".")[0];
    if (dotted !== null && root !== undefined && !locals.names.has(root)) {
      const module = this.imported.get(root);
      const full = module === undefined ? dotted : module + dotted.slice(root.length);
      const isOurs = this.values.has(root) || this.functions.has(root);
      if (!(isOurs && module === undefined) && isPureFunction(full, args)) return !isOurs;
      if (module !== undefined || !dotted.includes(".")) return false;
      if (!this.values.has(root)) return false;
    }
    if (callee.kind !== "attribute" || !isPureMethod(callee.name, args) || this.methods.has(callee.name))
      return false;
    // A file that a function was given, or took from the module, is read by others too.
    const isLent = callee.of.kind === "name" && locals !== NO_LOCALS && !locals.opened.has(callee.of.name);
    if (isLent && CONSUMERS.has(callee.name)) return false;
    return this.isPure(callee.of, locals);
  }

  /** False where a function that may do anything is handed to `map`, `sorted(key=...)` and the like. */
  private callsBackPure(callee: Expression, args: readonly Argument[], locals: Locals): boolean {
    const dotted = dottedName(callee);
    const name = dotted ?? (callee.kind === "attribute" ? callee.name : "");
    const places = calledBack(name);
    if (places.length === 0) return true;
    return args.every(({ name: key, value }, at) => {
      if (!places.some((place) => place === (key ?? at))) return true;
      if (/^(?:string|format|literal|lambda|display)$/.test(value.kind)) return true;
      if (value.kind !== "name") return false;
      if (this.isOnlyFunction(value.name, locals)) {
        return this.functionsNamed(value.name, locals).every((one) => this.isPureFunction(one, locals));
      }
      const isOurs = locals.names.has(value.name) || this.values.has(value.name);
      return !isOurs && !this.imported.has(value.name) && isPureFunction(value.name, []);
    });
  }

  private isOnlyFunction(name: string, locals: Locals): boolean {
    if (locals.functions.has(name)) return true;
    return (
      this.functions.has(name) &&
      !locals.names.has(name) &&
      !this.values.has(name) &&
      !this.imported.has(name)
    );
  }

  private functionsNamed(name: string, locals: Locals): readonly Definition[] {
    const own = locals.functions.get(name);
    return own === undefined ? (this.functions.get(name) ?? []) : [own];
  }

  private isPureFunction(definition: Definition, outer: Locals): boolean {
    const known = this.judged.get(definition);
    if (known !== undefined) return known;
    this.judged.set(definition, true); // a recursive call adds no effect of its own
    const all = allStatements(definition.body);
    const locals = localsOf(definition, outer);
    const pure =
      !definition.isAsync &&
      definition.decorators.every(isPureDecorator) &&
      all.every((one) => this.isPureInside(one, locals));
    this.judged.set(definition, pure);
    return pure;
  }

  private isPureInside(statement: Statement, locals: Locals): boolean {
    switch (statement.kind) {
      case "expression":
        return this.isPure(statement.value, locals) || this.changesOwn(statement.value, locals);
      case "assign":
        return this.isPureAssignment(statement.targets, statement.operator, statement.value, locals);
      case "import":
        return statement.name !== "*" && isStandardModule(statement.module);
      case "keyword":
        return (
          !/^(?:global|nonlocal|del)$/.test(statement.keyword) &&
          statement.values.every((one) => this.isPure(one, locals))
        );
      case "def":
        return this.onlyBinds(statement);
      case "class":
        return false;
      case "compound":
        return statement.branches.every(
          ({ header, targets }) =>
            header.every((one) => this.isPure(one, locals)) &&
            targets.every((one) => one === null || bindsOnly(one)),
        );
    }
  }

  private isPureAssignment(
    targets: readonly Expression[],
    operator: string,
    value: Expression | null,
    locals: Locals,
  ): boolean {
    if (value !== null && !this.isPure(value, locals)) return false;
    return targets.every((target) => {
      if (target.kind === "index" && operator === "=") {
        return this.isPure(target.at, locals) && this.isOwn(target.of, locals);
      }
      // `a += b` changes a list in place, which another name may hold as well.
      return operator === "=" || operator === "" ? bindsOnly(target) : this.isOwn(target, locals);
    });
  }

  /** `x.append(...)` where nothing but x holds the list. */
  private changesOwn(value: Expression, locals: Locals): boolean {
    if (value.kind !== "call" || value.callee.kind !== "attribute") return false;
    const { of, name } = value.callee;
    return (
      MUTATORS.has(name) &&
      this.isOwn(of, locals) &&
      value.args.every((arg) => this.isPure(arg.value, locals))
    );
  }

  /** True for a name that is only ever bound to new objects. */
  private isOwn(value: Expression, locals: Locals): boolean {
    if (value.kind !== "name") return false;
    const { name } = value;
    if (locals.names.has(name)) return locals.values.get(name)?.every(isNew) ?? false;
    if (locals !== NO_LOCALS) return false;
    const bound = this.values.get(name);
    const isKnown = bound !== undefined && !this.imported.has(name) && !this.functions.has(name);
    return isKnown && bound.every((one) => one !== null && isNew(one));
  }
}

function bindsOnly(target: Expression): boolean {
  if (target.kind === "name") return true;
  if (target.kind === "display") return target.items.every(bindsOnly);
  return (
    target.kind === "operation" &&
    target.operator === "*" &&
    target.operands.every((one) => one !== null && bindsOnly(one))
  );
}

function isPureDecorator(value: Expression): boolean {
  const name = dottedName(value.kind === "call" ? value.callee : value);
  return name !== null && /^(?:functools\.)?(?:lru_cache|cache|wraps)$/.test(name);
}
