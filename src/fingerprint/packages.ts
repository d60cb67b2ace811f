import { join } from "node:path";
import type { Package, ToolFile } from "../model.ts";
import { condaMeaning } from "./conda-package.ts";
import { findDistributions, normaliseName, type Distribution } from "./distributions.ts";
import { recordMeaning } from "./record-meaning.ts";
import { areUnmoved, identityOf, readAll, type ToolFileReader } from "./tool-files.ts";

/** Packages as they are installed now; one whose files have not moved keeps its identity unread. */
export async function observePackages(request: {
  readonly names: readonly string[];
  readonly sitePackages: readonly string[];
  readonly previous: readonly Package[];
  readonly read: ToolFileReader;
}): Promise<Package[]> {
  const names = [...new Set(request.names.map(normaliseName))].sort();
  const installed = findDistributions(request.sitePackages, names);
  const packages: Package[] = [];
  for (const name of names) {
    const found = installed.get(name);
    const before = request.previous.find((entry) => entry.name === name);
    packages.push(
      found === undefined
        ? { name, version: null, identity: "", files: [] }
        : await observePackage(name, found, before, request.read),
    );
  }
  return packages;
}

async function observePackage(
  name: string,
  found: Distribution,
  before: Package | undefined,
  read: ToolFileReader,
): Promise<Package> {
  const files = await readAll(read, found.files);
  const parts = name === "torch" ? await readAll(read, torchParts(found.root)) : [];
  const all = [...files, ...parts];
  const unmoved = before !== undefined && before.version === found.version && areUnmoved(before.files, all);
  const identity = unmoved ? before.identity : identityOf(parts, [contentOf(found, files)]);
  return { name, version: found.version, identity, files: all };
}

/**
 * An editable install's record names only its own glue; its metadata then says what there is to say.
 */
function contentOf(found: Distribution, files: readonly ToolFile[]): string {
  if (found.metadata.endsWith(".json")) return condaMeaning(found.metadata) ?? "";
  const meaning = found.record === null || found.isEditable ? null : recordMeaning(found.record);
  return meaning ?? files.find((file) => file.path === found.metadata)?.sha256 ?? "";
}

/** What tells a torch that was rebuilt under the same version from the one before. */
function torchParts(root: string): string[] {
  const libraries = [
    "libc10.so",
    "libc10_cuda.so",
    "libtorch_cpu.so",
    "libtorch_cuda.so",
    "libtorch_python.so",
  ];
  return [join(root, "torch/version.py"), ...libraries.map((library) => join(root, "torch/lib", library))];
}
