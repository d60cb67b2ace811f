/**
 * `npm run bench:fatbin [-- NAME==VERSION | FILE.whl ...]`: what is read of fatbin headers, held against NVIDIA's
 * cuobjdump on every shared object of wheels with CUDA code, and the times beside each other. The wheels come from PyPI,
 * one at a time; all of them together are 2.5 GB.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { readDeviceCode } from "../../src/verify/device-code.ts";
import { ElfBytes } from "../../src/verify/elf-bytes.ts";
import { readSections } from "../../src/verify/elf-sections.ts";
import { FATBIN_SECTIONS, readFatbin } from "../../src/verify/fatbin.ts";
import { showArchitecture } from "../../src/verify/gpu-architectures.ts";
import { count, type Cuobjdump, type Entries, installCuobjdumps, listedEntries, pip } from "./cuobjdump.ts";

/** CUDA 11.8 to 13.5; LZ4, zstd and neither; with and without relocatable code; ROCm in the first one. */
const WHEELS = [
  "bitsandbytes==0.50.2",
  "ctranslate2==4.8.5",
  "cupy-cuda13x==14.2.0",
  "faiss-gpu-cu12==1.14.1.post1",
  "nvidia-cublas==13.10.0.20",
  "nvidia-cufft-cu12==11.4.1.4",
  "nvidia-curand-cu11==10.3.0.86",
  "nvidia-curand-cu12==10.3.10.19",
  "nvidia-curand==10.4.5.25",
  "nvidia-nccl-cu13==2.32.3",
  "nvidia-npp==13.2.0.93",
  "nvidia-nvjpeg-cu11==11.9.0.86",
  "nvidia-nvjpeg-cu12==12.4.0.76",
  "onnxruntime-gpu==1.31.1",
  "sgl-kernel==0.3.21",
  "torchao==0.18.0",
  "torchaudio==2.11.0",
  "vllm-flash-attn==2.6.2",
  "xformers==0.0.35",
];
const ROUNDS = 5;

interface Row {
  readonly file: string;
  readonly megabytes: number;
  readonly entries: number;
  readonly lto: number;
  readonly isEqual: boolean;
  /** Of the cuobjdump that took the file. */
  readonly version: string;
  readonly ownMs: number;
  readonly cuobjdumpMs: number;
}

function main(wheels: readonly string[]): void {
  const folder = mkdtempSync(join(tmpdir(), "rebuild-if-needed-fatbin-"));
  try {
    const cuobjdumps = installCuobjdumps(folder);
    print("wheel", "file", "MB", "entries", "equal", "own ms", "cuobjdump ms", "cuobjdump");
    print("---", "---", "--:", "--:", "---", "--:", "--:", "---");
    let isAllEqual = true;
    for (const wheel of wheels) isAllEqual = compareWheel(folder, wheel, cuobjdumps) && isAllEqual;
    process.exitCode = isAllEqual ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compareWheel(folder: string, wanted: string, cuobjdumps: readonly Cuobjdump[]): boolean {
  const place = mkdtempSync(join(folder, "wheel-"));
  const wheel = wanted.endsWith(".whl") ? resolve(wanted) : download(place, wanted);
  execFileSync("python3", ["-m", "zipfile", "-e", wheel, join(place, "unpacked")]);
  const name = basename(wheel).split("-").slice(0, 2).join(" ");
  const files = readdirSync(join(place, "unpacked"), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.so(\.\d+)*$/.test(file))
    .sort()
    .map((file) => join(place, "unpacked", file));
  let isAllEqual = true;
  let without = 0;
  for (const file of files) {
    const row = compare(file, cuobjdumps);
    if (row === null) without++;
    else {
      isAllEqual &&= row.isEqual;
      const lto = row.lto === 0 ? "" : ` and ${row.lto} LTO`;
      const ms = [row.ownMs.toFixed(1), row.cuobjdumpMs.toFixed(0)];
      print(
        name,
        row.file,
        String(row.megabytes),
        `${row.entries}${lto}`,
        row.isEqual ? "yes" : "NO",
        ...ms,
        row.version,
      );
    }
  }
  if (without > 0) print(name, `${without} more`, "", "0", "yes", "", "", "13.5");
  rmSync(place, { recursive: true, force: true });
  return isAllEqual;
}

function download(place: string, wanted: string): string {
  pip("download", "--dest", place, wanted);
  const wheel = readdirSync(place).find((file) => file.endsWith(".whl"));
  if (wheel === undefined) throw new Error(`${wanted} is no wheel`);
  return join(place, wheel);
}

/** Null: neither finds any code for NVIDIA GPUs. */
function compare(file: string, cuobjdumps: readonly Cuobjdump[]): Row | null {
  const own = ownEntries(file);
  const taken = cuobjdumps
    .map((one) => ({ ...one, entries: listedEntries(file, one) }))
    .find(({ entries }) => entries !== null);
  const other: Entries = taken?.entries ?? new Map([["refused by all", 1]]);
  if (own.size === 0 && other.size === 0) return null;
  const comparable = new Map([...own].filter(([name]) => !name.startsWith("lto")));
  const ownMs: number[] = [];
  const otherMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ownMs.push(timed(() => readDeviceCode(file)));
    if (taken !== undefined) otherMs.push(timed(() => listedEntries(file, taken)));
  }
  return {
    file: basename(file),
    megabytes: Math.round(statSync(file).size / 1e6),
    entries: sum([...comparable.values()]),
    lto: sum([...own.values()]) - sum([...comparable.values()]),
    isEqual: show(comparable) === show(other),
    version: taken?.version ?? "none",
    ownMs: median(ownMs),
    cuobjdumpMs: median(otherMs),
  };
}

/** With what a link adds, and every entry counted: this is what cuobjdump lists. */
function ownEntries(file: string): Entries {
  const bytes = new ElfBytes(file, 4096);
  try {
    const fatbins = readSections(bytes)
      .filter(({ name }) => FATBIN_SECTIONS.has(name))
      .map((section) => readFatbin(bytes, section));
    const strange = fatbins.find(({ unknown }) => unknown !== null)?.unknown ?? null;
    if (strange !== null) throw new Error(`${file}: ${strange}`);
    const entries = fatbins.flatMap((fatbin) => fatbin.entries);
    return count(
      entries.map(({ kind, number, suffix }) => {
        // cuobjdump 13.5 names the machine code of sm_100f like that of sm_100; its PTX has the f
        const shown = kind === "cubin" && suffix === "f" ? "" : suffix;
        return `${kind} ${showArchitecture({ number, suffix: shown })}`;
      }),
    );
  } finally {
    bytes.close();
  }
}

function show(entries: Entries): string {
  return JSON.stringify([...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function timed(task: () => unknown): number {
  const start = performance.now();
  task();
  return performance.now() - start;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function print(...cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(" | ")} |\n`);
}

const wanted = process.argv.slice(2);
main(wanted.length === 0 ? WHEELS : wanted);
