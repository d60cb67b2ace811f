import type { Interpreter } from "../model.ts";

/**
 * Run with `-I -S`: no site-packages, so no `.pth` file of the environment runs. Before Python 3.14 `-S` also hides
 * that this is a venv, so pyvenv.cfg is read here.
 */
export const PROBE = `
import json, os, site, sys, sysconfig
var = sysconfig.get_config_var
home = os.path.dirname(os.path.dirname(sys.executable))
try:
    with open(os.path.join(home, "pyvenv.cfg")) as f:
        cfg = dict((k.strip().lower(), v.strip().lower()) for k, _, v in (l.partition("=") for l in f))
except OSError:
    cfg = None
base = sys.base_prefix
prefix = sys.prefix if cfg is None else home
folders = []
if cfg is not None:
    scheme = "venv" if "venv" in sysconfig.get_scheme_names() else "posix_prefix"
    p = sysconfig.get_paths(scheme, vars={"base": prefix, "platbase": prefix})
    folders += [p["purelib"], p["platlib"]]
if cfg is None or cfg.get("include-system-site-packages") == "true":
    p = sysconfig.get_paths(vars={"base": base, "platbase": sys.base_exec_prefix})
    folders += [p["purelib"], p["platlib"]] + site.getsitepackages([base])
    if not os.environ.get("PYTHONNOUSERSITE"):
        folders.append(site.getusersitepackages())
try:
    name = sysconfig._get_sysconfigdata_name() + ".py"
    data = [os.path.join(d, name) for d in sys.path]
except AttributeError:
    data = []
include = sysconfig.get_path("include")
names = ["patchlevel.h", "Python.h"]
files = data + [sysconfig.get_config_h_filename()] + [os.path.join(include, n) for n in names]
print(json.dumps({
    "executable": sys.executable,
    "version": ".".join(map(str, sys.version_info[:3])),
    "soabi": var("SOABI") or "",
    "extSuffix": var("EXT_SUFFIX") or "",
    "prefix": prefix,
    "basePrefix": base,
    "sitePackages": [d for i, d in enumerate(folders) if os.path.isdir(d) and d not in folders[:i]],
    "includeDir": include,
    "files": [os.path.realpath(f) for f in files if os.path.isfile(f)],
}))
`;

export interface Probed {
  /** What really ran, behind a shim. */
  readonly executable: string;
  readonly facts: Omit<Interpreter, "path" | "identityFiles">;
  readonly files: readonly string[];
}

/** @returns null when the answer is not the probe's. */
export function parseProbe(answer: string): Probed | null {
  let data: unknown;
  try {
    data = JSON.parse(answer);
  } catch {
    return null;
  }
  if (typeof data !== "object" || data === null) return null;
  const fields = new Map(Object.entries(data));
  const text = (key: string): string | null => {
    const value: unknown = fields.get(key);
    return typeof value === "string" ? value : null;
  };
  const [executable, version, soabi, extSuffix] = [
    text("executable"),
    text("version"),
    text("soabi"),
    text("extSuffix"),
  ];
  const [prefix, basePrefix, includeDir] = [text("prefix"), text("basePrefix"), text("includeDir")];
  const [sitePackages, files] = [texts(fields.get("sitePackages")), texts(fields.get("files"))];
  if (executable === null || version === null || soabi === null || extSuffix === null) return null;
  if (prefix === null || basePrefix === null || includeDir === null) return null;
  if (sitePackages === null || files === null) return null;
  return {
    executable,
    facts: { version, soabi, extSuffix, prefix, basePrefix, sitePackages, includeDir },
    files,
  };
}

function texts(value: unknown): string[] | null {
  if (!Array.isArray(value)) return null;
  const items: unknown[] = value;
  const strings = items.filter((item) => typeof item === "string");
  return strings.length === items.length ? strings : null;
}
