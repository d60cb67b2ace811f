/** NVIDIA's own lister of what fatbins hold, out of wheels from PyPI. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { showArchitecture } from "../../src/verify/gpu-architectures.ts";

/** How many entries there are of each kind and architecture: `cubin 9.0a`. */
export type Entries = ReadonlyMap<string, number>;

export interface Cuobjdump {
  readonly version: string;
  readonly path: string;
}

/** The second one is for files that the first one refuses: NVIDIA dropped sm_35 to sm_70. */
const VERSIONS = [
  { version: "13.5", wheels: ["nvidia-cuda-cuobjdump==13.5.37", "nvidia-cuda-nvdisasm==13.5.37"] },
  { version: "12.4", wheels: ["triton==3.0.0"] },
];

export function installCuobjdumps(folder: string): Cuobjdump[] {
  return VERSIONS.map(({ version, wheels }) => ({ version, path: install(join(folder, version), wheels) }));
}

/** What it lists; null: it refuses the file. */
export function listedEntries(file: string, { path }: Cuobjdump): Entries | null {
  const { stdout, stderr } = spawnSync(path, ["-all", "-lelf", "-lptx", file], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (stderr.includes("cuobjdump fatal")) return null;
  return count(
    [...stdout.matchAll(/^(ELF|PTX) file +\d+: .*\.sm_(\d+)([af]?)\.(?:cubin|ptx)$/gm)].map(
      ([, kind, number, suffix = ""]) =>
        `${kind === "ELF" ? "cubin" : "ptx"} ${showArchitecture({ number: Number(number), suffix })}`,
    ),
  );
}

export function count(names: readonly string[]): Entries {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** pip, for wheels alone and without what they depend on. */
export function pip(command: "install" | "download", ...args: readonly string[]): void {
  const common = ["-qq", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check"];
  const stdio = ["ignore", "ignore", "inherit"] as const;
  execFileSync("python3", ["-m", "pip", command, ...common, ...args], { stdio: [...stdio] });
}

function install(folder: string, wheels: readonly string[]): string {
  pip("install", "--root-user-action=ignore", "--target", folder, ...wheels);
  const found = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    /^(cuobjdump|nvdisasm)$/.test(basename(name)),
  );
  for (const name of found) chmodSync(join(folder, name), 0o755);
  const cuobjdump = found.find((name) => basename(name) === "cuobjdump");
  if (cuobjdump === undefined) throw new Error(`${wheels.join(", ")}: no cuobjdump`);
  return join(folder, cuobjdump);
}
