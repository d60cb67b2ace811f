/** Modules of Python's own library that a build script imports: importing one has no effect on a build. */
export function isStandardModule(module: string): boolean {
  return (
    STANDARD.has(module.split(".")[0] ?? "") && module !== "distutils" && !module.startsWith("distutils.")
  );
}

// `distutils` is missing: setuptools brings its own under that name, and the order of the two matters.
const STANDARD: ReadonlySet<string> = new Set(
  (
    "__future__ abc argparse array ast base64 bisect builtins codecs collections configparser contextlib copy csv " +
    "ctypes dataclasses datetime decimal difflib email enum errno fnmatch functools getpass glob gzip hashlib html " +
    "http importlib inspect io itertools json keyword locale logging math multiprocessing numbers operator os " +
    "pathlib pickle pkgutil platform posixpath pprint queue random re runpy shlex shutil signal site socket stat " +
    "string struct subprocess sys sysconfig tarfile tempfile textwrap threading time timeit token tokenize tomllib " +
    "traceback types typing unicodedata urllib uuid warnings weakref xml zipfile zlib"
  ).split(" "),
);
