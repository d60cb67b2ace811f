/** Pins of requirement files and of `[build-system]`: what of them can change a build. */
import { METADATA_ONLY } from "../../config/defaults.ts";

/**
 * Canonical text of a requirement file: its requirements and what it includes, sorted. Comments, order, spacing and
 * hashes do not count, nor do packages that only make metadata. Indexes count: `whl/cu128` is another torch.
 * @param wanted which packages count, by normalised name; all by default.
 */
export function requirementsPart(text: string, wanted: (name: string) => boolean = () => true): string {
  const joined = text.replace(/^\uFEFF/, "").replace(/\\[ \t]*\r?\n/g, " ");
  const lines = joined.split(/\r?\n/).map((line) => line.replace(/(?:^|\s)#.*$/, "").trim());
  return [...new Set(lines.flatMap((line) => requirementLine(line, wanted)))].sort().join("\n");
}

/** A requirement in one spelling: `Torch >= 2, ==2.* ; python_version<"3.12"` sorted and without blanks. */
export function canonicalRequirement(text: string): string {
  const [requirement = "", ...marker] = text.split(/;(?![^[]*\])/);
  const parts = REQUIREMENT.exec(requirement.trim());
  if (parts === null) return text.trim().replace(/\s+/g, " ");
  const [, name = "", extras = "", rest = ""] = parts;
  const sorted = (list: string): string[] =>
    list
      .split(",")
      .map((one) => one.replace(/\s+/g, ""))
      .filter((one) => one !== "")
      .sort();
  const url = /^\s*@\s*(.*)$/.exec(rest)?.[1];
  const version =
    url === undefined ? sorted(rest.replace(/^\s*\((.*)\)\s*$/, "$1")).join(",") : `@${url.trim()}`;
  const options = sorted(extras);
  const condition = marker
    .join(";")
    .trim()
    .replaceAll("'", '"')
    .replace(/\s*([<>=!~]+)\s*/g, "$1");
  return [
    packageName(name),
    options.length > 0 ? `[${options.join(",")}]` : "",
    version,
    condition === "" ? "" : `;${condition.replace(/\s+/g, " ")}`,
  ].join("");
}

/** True for a requirement that can change what a build makes. */
export function isBuildRequirement(text: string): boolean {
  const name = REQUIREMENT.exec(text.split(";")[0]?.trim() ?? "")?.[1];
  return name === undefined || !METADATA_ONLY.has(packageName(name));
}

/**
 * Packages that a build compiles against, runs, or takes code from. A list of what a project needs at run time
 * counts only by these.
 */
export function matchesBuildTime(name: string): boolean {
  return BUILD_TIME.test(name);
}

const REQUIREMENT = /^([A-Za-z\d](?:[\w.-]*[A-Za-z\d])?)\s*(?:\[([^\]]*)\])?\s*(@.*|\(.*\)|[<>=!~].*|)$/s;
const BUILD_TIME =
  /^(?:torch|libtorch|numpy|scipy|pybind11(?:-global)?|nanobind|cython|cffi|cppy|pythran|swig|cmake|ninja|meson|meson-python|scikit-build(?:-core)?|setuptools(?:-rust)?|apache-tvm-ffi|jinja2|protobuf|grpcio-tools|pyarrow|mpi4py|cupy(?:-.*)?|cuda-(?:toolkit|python|bindings|core|tile)|nvidia-(?:cuda|cublas|cudnn|cusparse|cusolver|cufft|curand|nccl|nvjitlink|cutlass|nvshmem).*|mkl(?:-.*)?|onednn(?:-.*)?|intel-.*|rocm(?:-.*)?|hip.*)$/;

function packageName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

function requirementLine(line: string, wanted: (name: string) => boolean): string[] {
  if (line === "") return [];
  if (line.startsWith("-")) return [line.replace(/\s+/g, " ").replace(/^--requirement[ =]/, "-r ")];
  const bare = line.replace(/\s--(?:hash|config-settings?|global-option)[= ]\S+/g, "");
  const name = REQUIREMENT.exec(bare.split(";")[0]?.trim() ?? "")?.[1];
  if (name === undefined) return [bare];
  return isBuildRequirement(name) && wanted(packageName(name)) ? [canonicalRequirement(bare)] : [];
}
