/** Which paths an expression of a build script can be, as patterns (see path-pattern.ts). */
import { joinPatterns, LISTED, OWN_FOLDER, patternFolder, UNKNOWN } from "./path-pattern.ts";
import { combine, concat, type Patterns, union, withPlaceholders } from "./pattern-sets.ts";
import { isList, isText } from "./python-kinds.ts";
import { type BoundNames, calleeName } from "./python-names.ts";
import type { Argument, Expression, Field } from "./python-syntax.ts";
import { allStatements, dottedName } from "./python-walk.ts";

/** Reads expressions of one module. */
export class PathReader {
  private readonly bound: BoundNames;
  private readonly ownName: string;
  private readonly known = new Map<string, Patterns>();
  private readonly open = new Set<string>();

  /** @param ownName file name of the module itself, for `__file__`. */
  constructor(bound: BoundNames, ownName: string) {
    this.bound = bound;
    this.ownName = ownName;
  }

  read(value: Expression): Patterns {
    switch (value.kind) {
      case "name":
        return this.readName(value.name);
      case "string":
        return [withPlaceholders(value.value)];
      case "literal":
        return [];
      case "format":
        return this.readFormat(value.pieces);
      case "attribute":
        return this.readAttribute(value.of, value.name);
      case "call":
        return this.readCall(value.callee, value.args);
      case "index":
        return this.readIndex(value.of, value.at);
      case "operation":
        return this.readOperation(value.operator, value.operands);
      case "display":
        return union(...value.items.map((one) => this.read(one)));
      case "comprehension":
        return this.read(value.element);
      case "lambda":
        return [UNKNOWN];
    }
  }

  private readName(name: string): Patterns {
    if (name === "__file__") return [`${OWN_FOLDER}/${this.ownName}`];
    const known = this.known.get(name);
    if (known !== undefined) return known;
    if (this.open.has(name)) return [];
    const values = this.bound.values.get(name);
    if (values === undefined) return [UNKNOWN];
    const isOutermost = this.open.size === 0;
    this.open.add(name);
    const patterns = union(...values.map((one) => this.read(one)));
    this.open.delete(name);
    // Inside a circle of names an answer lacks what the circle adds, so only whole ones are kept.
    if (isOutermost) this.known.set(name, patterns);
    return patterns;
  }

  private readFormat(pieces: readonly (string | Field)[]): Patterns {
    return pieces.reduce<Patterns>(
      (done, piece) => concat(done, typeof piece === "string" ? [piece] : this.read(piece.value)),
      [""],
    );
  }

  private readAttribute(of: Expression, name: string): Patterns {
    if (name === "parent") return this.read(of).map(patternFolder);
    if (name === "sep" || name === "altsep") return ["/"];
    if (of.kind === "name" && /^(?:self|cls|ext)$/.test(of.name)) return this.readName(`.${name}`);
    return [UNKNOWN];
  }

  private readIndex(of: Expression, at: Expression): Patterns {
    if (of.kind === "call" && calleeName(of.callee) === "splitext") {
      const isName = at.kind === "literal" && at.text === "0";
      const paths = union(...of.args.map((arg) => this.read(arg.value)));
      return isName ? paths.map((path) => path.replace(/\.[^./]*$/, "")) : [UNKNOWN];
    }
    if (of.kind === "attribute" && of.name === "parents" && at.kind === "literal") {
      let folders = this.read(of.of);
      for (let up = Number(at.text); up >= 0; up -= 1) folders = folders.map(patternFolder);
      return folders;
    }
    if (of.kind === "attribute" || dottedName(of) === "os.environ") return [UNKNOWN];
    // A slice of a list is some of its elements; one of a text can be anything.
    const isSlice = at.kind === "operation" && at.operator === ":";
    return isSlice && !this.holdsList(of) ? [UNKNOWN] : this.read(of);
  }

  private holdsList(value: Expression): boolean {
    if (value.kind !== "name") return isList(value);
    return this.bound.values.get(value.name)?.every(isList) ?? false;
  }

  private readOperation(operator: string, operands: readonly (Expression | null)[]): Patterns {
    const given = operands.filter((one) => one !== null);
    const [left, right] = given;
    if (left === undefined) return [UNKNOWN];
    if (right === undefined) return operator === "*" || operator === "**" ? this.read(left) : [UNKNOWN];
    switch (operator) {
      case "+":
        return this.readSum(left, right);
      case "/":
        return combine(this.read(left), this.read(right), (a, b) => joinPatterns([a, b]));
      case "%":
        return this.read(left);
      case "-":
      case "&":
        return this.read(left); // sets
      case "|":
      case "and":
      case "or":
      case "pair":
        return union(this.read(left), this.read(right));
      case "if":
        return union(...given.slice(1).map((one) => this.read(one)));
      case ":=":
        return this.read(right);
      default:
        return [UNKNOWN];
    }
  }

  private readSum(left: Expression, right: Expression): Patterns {
    const [a, b] = [this.read(left), this.read(right)];
    if (isList(left) || isList(right)) return union(a, b);
    if (isText(left) || isText(right)) return concat(a, b);
    return union(a, b, concat(a, b));
  }

  private readCall(callee: Expression, args: readonly Argument[]): Patterns {
    const name = calleeName(callee);
    const first = args[0]?.value;
    const firstPaths = (): Patterns => (first === undefined ? [] : this.read(first));
    const owner = callee.kind === "attribute" ? callee.of : null;
    const ownerPaths = (): Patterns => (owner === null ? [UNKNOWN] : this.read(owner));
    if (name.endsWith("Extension")) return []; // what it is made of is read where it stands
    switch (name) {
      case "join":
        return owner !== null && isText(owner) ? this.joinText(owner, args) : this.joinPaths(args);
      case "joinpath":
        return combine(ownerPaths(), this.joinPaths(args), (a, b) => joinPatterns([a, b]));
      case "Path":
      case "PurePath":
      case "PosixPath":
      case "PurePosixPath":
        return args.length === 0 ? ["."] : this.joinPaths(args);
      case "getcwd":
      case "cwd":
        return ["."];
      case "glob":
      case "iglob":
        return this.readGlob(owner, args);
      case "rglob":
        return combine(ownerPaths(), firstPaths(), (a, b) => joinPatterns([a, "**", b]));
      case "dirname":
        return firstPaths().map(patternFolder);
      case "basename":
        return firstPaths().map((path) => path.slice(path.lastIndexOf("/") + 1));
      case "splitext":
        return [UNKNOWN];
      case "walk":
      case "fwalk":
      case "listdir":
      case "scandir":
      case "iterdir":
        return [LISTED];
      case "with_suffix":
        return combine(ownerPaths(), firstPaths(), (path, suffix) => path.replace(/\.[^./]*$/, "") + suffix);
      case "with_name":
        return combine(ownerPaths(), firstPaths(), (path, other) =>
          joinPatterns([patternFolder(path), other]),
        );
      case "split":
        return owner?.kind === "string" && args.length === 0 ? owner.value.trim().split(/\s+/) : [UNKNOWN];
      case "replace":
        return this.readReplace(ownerPaths(), args);
      case "getenv":
      case "get":
        return args[1] === undefined ? [UNKNOWN] : this.read(args[1].value);
      default:
    }
    if (SAME_TEXT.has(name) && owner !== null) return ownerPaths();
    if (SAME_PATH.has(name)) return first === undefined ? ownerPaths() : firstPaths();
    if (ALL_OF.has(name)) return union(...args.map((arg) => this.read(arg.value)));
    return this.readOwnFunction(name);
  }

  private joinPaths(args: readonly Argument[]): Patterns {
    return args.reduce<Patterns>(
      (done, { star, value }) =>
        combine(done, star === "" ? this.read(value) : [UNKNOWN], (a, b) => joinPatterns([a, b])),
      [""],
    );
  }

  /** `"/".join([...])`; any other separator makes text that is no path. */
  private joinText(separator: Expression, args: readonly Argument[]): Patterns {
    const [items] = args;
    const isPath = separator.kind === "string" && separator.value === "/" && items?.value.kind === "display";
    if (!isPath || items?.value.kind !== "display") return [UNKNOWN];
    return this.joinPaths(items.value.items.map((value) => ({ name: null, star: "" as const, value })));
  }

  /** `glob.glob(p)`, `glob(p, root_dir=d)`, `Path(d).glob(p)`. */
  private readGlob(owner: Expression | null, args: readonly Argument[]): Patterns {
    const pattern = args.find(({ name }) => name === null || name === "pathname" || name === "pattern");
    const patterns = pattern === undefined ? [UNKNOWN] : this.read(pattern.value);
    const root = args.find(({ name }) => name === "root_dir")?.value;
    if (root !== undefined) return union(patterns, this.under(root, patterns));
    const isModule = owner === null || (owner.kind === "name" && !this.bound.values.has(owner.name));
    return isModule ? patterns : this.under(owner, patterns);
  }

  private under(folder: Expression, patterns: Patterns): Patterns {
    return combine(this.read(folder), patterns, (a, b) => joinPatterns([a, b]));
  }

  private readReplace(paths: Patterns, args: readonly Argument[]): Patterns {
    const [from, to] = args.map(({ value }) => value);
    if (from?.kind !== "string" || to?.kind !== "string") return union(paths, [UNKNOWN]);
    return paths.map((path) => path.replaceAll(from.value, to.value));
  }

  private readOwnFunction(name: string): Patterns {
    const definitions = this.bound.functions.get(name);
    const key = `${name}()`;
    if (definitions === undefined) return [UNKNOWN];
    if (this.open.has(key)) return [];
    this.open.add(key);
    const returned = definitions
      .flatMap(({ body }) => allStatements(body))
      .flatMap((one) => (one.kind === "keyword" && one.keyword === "return" ? one.values : []));
    const patterns = union(...returned.map((one) => this.read(one)));
    this.open.delete(key);
    return patterns;
  }
}

const SAME_PATH: ReadonlySet<string> = new Set(
  "abspath realpath normpath relpath expanduser fspath str sorted list set tuple frozenset reversed iter next resolve absolute as_posix relative_to copy String".split(
    " ",
  ),
);
const SAME_TEXT: ReadonlySet<string> = new Set(
  "format strip rstrip lstrip lower resolve absolute as_posix relative_to expanduser copy removeprefix".split(
    " ",
  ),
);
const ALL_OF: ReadonlySet<string> = new Set(
  "map filter chain zip product enumerate sum dict OrderedDict dedent union".split(" "),
);
