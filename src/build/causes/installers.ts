import type { CauseRow } from "./cause.ts";

/** Installers, and the environment that they build in. */
export const INSTALLERS: readonly CauseRow[] = [
  {
    pattern: /^\s*error: externally-managed-environment/m,
    cause: "this Python belongs to the system's package manager, which lets nobody else install into it",
    fix: "python3 -m venv .venv, then: rebuild-if-needed init",
  },
  {
    pattern: /No module named '?pip'?$/m,
    cause: "the environment has no pip",
    fix: "python -m ensurepip, or install uv",
  },
  {
    pattern: /No module named '?(pkg_resources|distutils)\b/,
    cause: "the build uses $1, which this Python or its setuptools no longer has",
    fix: "python -m pip install 'setuptools<81'",
  },
  {
    pattern:
      /(?:ModuleNotFoundError: No module named|BackendUnavailable: Cannot import) '(torch|numpy|setuptools|setuptools_scm|wheel|packaging|pybind11|nanobind|Cython|scikit_build_core|mesonpy|jinja2|ninja|cmake|cffi|skbuild|psutil)\b/,
    cause: "the build needs $1, which is not in the environment that it runs in",
    fix: "install $1 there, and build with --no-build-isolation",
  },
  {
    pattern: /error: invalid command '(bdist_wheel)'/,
    cause: "setuptools before 70.1 needs the package wheel for an install",
    fix: "python -m pip install wheel, or a newer setuptools",
  },
  {
    pattern: /no such option: (-C|--config-settings?)/,
    cause: "this pip does not know $1, which came with pip 23.1",
    fix: "python -m pip install --upgrade pip",
  },
  {
    pattern: /setuptools-scm was unable to detect version|unable to detect version for/,
    cause: "the version is taken from git's tags, and this clone has none",
    fix: "git fetch --tags --unshallow (or --tags alone), or set SETUPTOOLS_SCM_PRETEND_VERSION",
  },
  {
    pattern: /detected dubious ownership in repository at '([^']+)'/,
    cause: "git does not look into $1, because it belongs to another user",
    fix: "git config --global --add safe.directory $1, or give it to your user",
  },
  {
    pattern: /(?:No matching distribution found for|no versions of) (\S+)/,
    cause: "the installer finds no $1: it is offline, or nothing fits this Python",
    fix: "install $1 by hand, and build with --no-build-isolation",
  },
];
