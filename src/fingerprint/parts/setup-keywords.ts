/**
 * Arguments of `setup()` that only make metadata, dependencies and console scripts. Left out of the list, since they
 * can reach what Python loads: `name` and `ext_package` (where a library lies), `packages`, `package_dir`,
 * `py_modules`, `package_data`, `include_package_data`, `data_files` (what is found or copied beside it),
 * `setup_requires` (what it is built with), `options`, `use_scm_version` (writes a file) and all that is not known.
 */
export function isPackagingKeyword(name: string): boolean {
  return PACKAGING.has(name);
}

const PACKAGING: ReadonlySet<string> = new Set(
  (
    "author author_email classifiers contact contact_email dependency_links description download_url " +
    "eager_resources entry_points extras_require fullname install_requires keywords license license_expression " +
    "license_file license_files long_description long_description_content_type maintainer maintainer_email " +
    "obsoletes obsoletes_dist platforms project_urls provides provides_dist provides_extras python_requires " +
    "requires requires_dist requires_python scripts test_loader test_suite tests_require url version zip_safe"
  ).split(" "),
);
