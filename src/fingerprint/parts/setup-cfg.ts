/**
 * The part of a setup.cfg that can change a build, as canonical text. Sections of tools that never build are left
 * out, and of `[options]` what only makes metadata; a section that is not known counts, since a setup.py can read
 * its own. Null: not in the form that Python's configparser reads, so all of it counts.
 */
export function setupCfgPart(text: string): string | null {
  const sections = readSections(text);
  if (sections === null) return null;
  const kept = [...sections]
    .filter(([section]) => !HARMLESS.test(section))
    .map(([section, options]): [string, [string, string][]] => [
      section,
      [...options].filter(([name]) => counts(section, name)).sort(([a], [b]) => (a < b ? -1 : 1)),
    ])
    .filter(([, options]) => options.length > 0);
  return JSON.stringify(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const HARMLESS =
  /^(?:metadata|aliases|sdist|upload|upload_docs|upload_sphinx|register|egg_info|check|check-manifest|build_sphinx|wheel|options\.(?:entry_points|extras_require)|tool:.*|pytest|nosetests|flake8(?::.*)?|pep8|pycodestyle|pydocstyle|pylint.*|mypy.*|isort|yapf|black|autopep8|ruff.*|doc8|codespell|coverage.*|tox.*|testenv.*|bumpversion.*|zest\.releaser|semantic_release|devpi.*|pbr|darglint|interrogate|docformatter|rstcheck|pyright|bdist_rpm|distutils-release|sphinx.*)$/;
const METADATA_OPTION =
  /^(?:install_requires|python_requires|tests_require|test_suite|zip_safe|scripts|dependency_links|entry_points|extras_require)$/;

function counts(section: string, option: string): boolean {
  if (section === "options") return !METADATA_OPTION.test(option);
  return section !== "bdist_wheel" || option === "py_limited_api";
}

/** Sections with their options; one that occurs twice, or text outside any, is none that configparser reads. */
function readSections(text: string): Map<string, Map<string, string>> | null {
  const sections = new Map<string, Map<string, string>>();
  let options: Map<string, string> | null = null;
  let last: string | null = null;
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    if (/^\s*(?:[#;].*)?$/.test(line)) continue;
    const header = /^\[(.+)\]/.exec(line)?.[1];
    if (header !== undefined) {
      if (sections.has(header)) return null;
      options = new Map();
      last = null;
      sections.set(header, options);
    } else if (/^\s/.test(line)) {
      if (options === null || last === null) return null;
      options.set(last, `${options.get(last) ?? ""}\n${line.trim()}`.trim());
    } else {
      const [, name, value] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
      if (options === null || name === undefined || value === undefined) return null;
      last = name.toLowerCase().replaceAll("-", "_");
      if (options.has(last)) return null;
      options.set(last, value.trim());
    }
  }
  return sections;
}
