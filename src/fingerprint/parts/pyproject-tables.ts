/** What of a pyproject.toml's build tables can change a build. */
import { canonicalRequirement, isBuildRequirement } from "./requirements.ts";

type Table = Readonly<Record<string, unknown>>;

/**
 * A table without what cannot change an output. Tables that are not known stay whole.
 * @param name dotted, such as `build-system` or `tool.scikit-build`.
 */
export function buildTable(name: string, value: unknown): unknown {
  if (!isTable(value)) return value;
  switch (name) {
    case "build-system":
      return { ...value, ...requires(value) };
    case "tool.scikit-build":
      return without(value, SCIKIT_BUILD);
    case "tool.setuptools":
      return onlyLoadable(without(value, SETUPTOOLS));
    case "tool.meson-python":
      return without(value, MESON_PYTHON);
    default:
      return value;
  }
}

/**
 * `sdist` and `metadata` make no wheel; the rest speaks to people or names the wheel. `generate` and the other keys
 * of `wheel` stay: they write files, or say where a library goes (scikit-build-core, "Configuration").
 */
const SCIKIT_BUILD: readonly string[] = [
  "sdist",
  "metadata",
  "logging",
  "messages",
  "strict-config",
  "cmake.verbose",
  "build.verbose",
  "wheel.license-files",
  "wheel.build-tag",
  "wheel.expand-macos-universal-tags",
];

/** Metadata; `packages`, `package-dir`, `py-modules`, `ext-modules` and the like stay. */
const SETUPTOOLS: readonly string[] = [
  "dynamic",
  "platforms",
  "provides",
  "obsoletes",
  "zip-safe",
  "eager-resources",
  "license-files",
  "script-files",
];

const MESON_PYTHON: readonly string[] = ["args.dist"];

/** Order is no content, and neither are packages that only make metadata. */
function requires(table: Table): Table {
  const { requires: listed } = table;
  if (!Array.isArray(listed) || !listed.every((one) => typeof one === "string")) return {};
  return { requires: [...new Set(listed.filter(isBuildRequirement).map(canonicalRequirement))].sort() };
}

/** Data files that are certainly no code: their list changes nothing that Python loads. */
function onlyLoadable(table: Table): Table {
  const shown = Object.entries(table).map(([key, value]): [string, unknown] => {
    if (!/^(?:exclude-)?package-data$/.test(key) || !isTable(value)) return [key, value];
    const lists = Object.entries(value).map(([name, patterns]): [string, unknown] => [
      name,
      Array.isArray(patterns)
        ? patterns.filter((one) => typeof one !== "string" || !DATA.test(one))
        : patterns,
    ]);
    return [
      key,
      Object.fromEntries(lists.filter(([, patterns]) => !Array.isArray(patterns) || patterns.length > 0)),
    ];
  });
  return Object.fromEntries(
    shown.filter(
      ([key, value]) => key !== "package-data" || !isTable(value) || Object.keys(value).length > 0,
    ),
  );
}

const DATA =
  /\.(?:json|jsonl|txt|md|rst|typed|pyi|ya?ml|toml|ini|cfg|csv|html|css|js|svg|png|jpe?g|gif|h|hpp|cuh|hxx|inl|cmake)$/i;

function without(table: Table, paths: readonly string[]): Table {
  return paths.reduce<Table>((done, path) => drop(done, path.split(".")), table);
}

function drop(table: Table, [key = "", ...rest]: readonly string[]): Table {
  const { [key]: value, ...others } = table;
  if (value === undefined || rest.length === 0) return others;
  if (!isTable(value)) return table;
  const inner = drop(value, rest);
  return Object.keys(inner).length === 0 ? others : { ...others, [key]: inner };
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
