/** Functions and methods of Python's own that change nothing but what they give back. */
import type { Argument } from "../../closure/python-syntax.ts";

/** @param name full dotted name; `open` for the built-in. */
export function isPureFunction(name: string, args: readonly Argument[]): boolean {
  if (/^(?:open|io\.open|codecs\.open|tokenize\.open)$/.test(name)) return opensForReading(args);
  if (FUNCTIONS.has(name)) return true;
  if (/^(?:re|platform|shlex|string|textwrap|packaging\.\w+|os\.path|posixpath|fnmatch)\.\w+$/.test(name)) {
    return !/^re\.(?:purge|template)$/.test(name);
  }
  return /^pathlib\.(?:Path|PurePath|PosixPath|PurePosixPath)(?:\.(?:cwd|home))?$/.test(name);
}

/** `text.replace(a, b)` is one, `path.replace(other)` moves a file. */
export function isPureMethod(name: string, args: readonly Argument[]): boolean {
  return METHODS.has(name) && (name !== "replace" || args.length >= 2);
}

/** Where a function that is handed over gets called: its place among the arguments, or the name `key`. */
export function calledBack(name: string): readonly (number | "key")[] {
  if (name === "re.sub" || name === "re.subn") return [1];
  return CALLERS.get(name.slice(name.lastIndexOf(".") + 1)) ?? [];
}

/** Reading moves on in a file or an iterator, which other code may read as well. */
export const CONSUMERS: ReadonlySet<string> = new Set(["read", "readline", "readlines"]);

const CALLERS: ReadonlyMap<string, readonly (number | "key")[]> = new Map([
  ["map", [0]],
  ["filter", [0]],
  ["sorted", ["key"]],
  ["sort", ["key"]],
  ["min", ["key"]],
  ["max", ["key"]],
  ["iter", [0]],
  ["sub", [0]],
  ["defaultdict", [0]],
]);

/** Methods that change the list, dictionary or set that they are called on, and nothing else. */
export const MUTATORS: ReadonlySet<string> = new Set(
  "add append clear discard extend insert pop remove reverse setdefault sort update".split(" "),
);

const FUNCTIONS: ReadonlySet<string> = new Set(
  (
    "abs all any bool bytes dict divmod enumerate filter float format frozenset getattr hasattr int isinstance " +
    "issubclass iter len list map max min next ord chr print range repr reversed round set slice sorted str sum " +
    "tuple type zip os.getenv os.environ.get os.getcwd os.fspath os.listdir sys.version_info.__getitem__ " +
    "ast.literal_eval ast.parse json.load json.loads tomllib.load tomllib.loads tomli.load tomli.loads glob.glob " +
    "glob.iglob itertools.chain itertools.chain.from_iterable itertools.product collections.OrderedDict " +
    "collections.defaultdict operator.itemgetter shutil.which configparser.ConfigParser datetime.datetime.now " +
    "datetime.date.today time.time time.strftime inspect.cleandoc " +
    "setuptools.find_packages setuptools.find_namespace_packages " +
    "ImportError RuntimeError ValueError OSError IOError FileNotFoundError Exception KeyError TypeError " +
    "NotImplementedError AssertionError SystemExit"
  ).split(" "),
);

const METHODS: ReadonlySet<string> = new Set(
  (
    "absolute as_posix capitalize casefold copy count decode encode endswith exists expanduser find findall finditer " +
    "format fullmatch get glob group groupdict groups index is_dir is_file isdigit isidentifier isspace items join " +
    "joinpath keys lower lstrip match partition read read_bytes read_text readline readlines relative_to " +
    "removeprefix removesuffix replace resolve rfind rglob rpartition rsplit rstrip search split splitlines " +
    "startswith strip sub title upper values with_name with_suffix zfill"
  ).split(" "),
);

/** `open(path)` and `open(path, "r...")`. */
function opensForReading(args: readonly Argument[]): boolean {
  const mode = args.find(({ name }) => name === "mode") ?? args.filter(({ name }) => name === null)[1];
  if (args.some(({ star }) => star !== "")) return false;
  return mode === undefined || (mode.value.kind === "string" && /^[rbtU]+$/.test(mode.value.value));
}
