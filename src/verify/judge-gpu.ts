/** Code for GPUs, held against the GPUs that are here and those that the build was asked for. Pure. */
import { type DeviceCode, deviceCodeJson, showDeviceCode } from "./device-code.ts";
import { type Findings, type Problem, subjectOf } from "./findings.ts";
import { type Gpu, type GpuCode, dotted, runsOn } from "./gpu-architectures.ts";

/** What code for GPUs is held against. */
export interface GpuTargets {
  /** GPUs of this machine, each compute capability once. */
  readonly present: readonly Gpu[];
  /** Numbers of all architectures that the build was asked for, and where; null where the choice was its own. */
  readonly asked: {
    readonly place: string;
    readonly numbers: readonly number[];
    /** The compiler is certain to get every one of them. */
    readonly isCertain: boolean;
  } | null;
  /** What to type for a build that covers these GPUs too. */
  readonly next: (gpus: readonly number[]) => string;
}

/** A library that holds code for GPUs. */
export interface DeviceLibrary {
  readonly path: string;
  readonly code: DeviceCode;
}

const AT_LAUNCH =
  "Its kernels would fail when they are launched: no kernel image is available for execution on the device.";

/**
 * A library without code for any GPU here is a problem, unless it may be meant so: a list asks for other GPUs, or another
 * library of the same build covers a GPU here (FlashAttention 3, for one, exists for 9.0a only). PTX covers: that a
 * driver translates it once is slow, and ordinary.
 */
export function judgeGpu(top: string, libraries: readonly DeviceLibrary[], targets: GpuTargets): Findings {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const judged = libraries.filter(({ code }) => code.codes.length > 0 || code.unknown !== null);
  const isCovered = judged.some(({ code }) => targets.present.some((gpu) => covers(code, gpu.number)));
  for (const { path, code } of judged) {
    const found = judgeAsked(code, targets) ?? judgePresent(code, targets);
    if (found === null) continue;
    const one = { subject: subjectOf(top, path), ...found.problem };
    if (found.isProblem && !isCovered) problems.push(one);
    else warnings.push(one);
  }
  return { problems, warnings };
}

interface Judged {
  readonly isProblem: boolean;
  readonly problem: Omit<Problem, "subject">;
}

function judgeAsked(code: DeviceCode, { asked }: GpuTargets): Judged | null {
  if (asked === null) return null;
  const absent = asked.numbers.filter((number) => !covers(code, number));
  const isNone = absent.length === asked.numbers.length;
  if (absent.length === 0 || (!isNone && !asked.isCertain)) return null;
  const wanted = `${absent.map(dotted).join(", ")}, which ${asked.place} asks for`;
  if (isUnclear(code)) return unclear(code, wanted);
  return {
    isProblem: isNone && asked.isCertain,
    problem: {
      text: `has no code for ${wanted}: it holds ${held(code)}`,
      cause: "It is of a build that was asked for other GPUs, or the build files choose by themselves.",
      next: "rebuild-if-needed --force",
    },
  };
}

function judgePresent(code: DeviceCode, { present, asked, next }: GpuTargets): Judged | null {
  const absent = present.filter(({ number }) => !covers(code, number));
  if (absent.length === 0) return null;
  const wanted = `this machine's ${showGpus(absent)}`;
  if (isUnclear(code)) return unclear(code, wanted);
  const asks = asked === null ? "" : `, as ${asked.place} asks`;
  return {
    isProblem: absent.length === present.length && asked === null,
    problem: {
      text: `has no code for ${wanted}: it holds ${held(code)}${asks}`,
      cause: AT_LAUNCH,
      next: next(absent.map(({ number }) => number)),
    },
  };
}

function covers({ codes }: DeviceCode, gpu: number): boolean {
  return codes.some((code) => runsOn(code, gpu));
}

/** There may be more than was read, or a driver may still link what is there. */
function isUnclear({ codes, unknown }: DeviceCode): boolean {
  return unknown !== null || codes.some(isForLinkers);
}

function isForLinkers({ kind }: GpuCode): boolean {
  return kind === "lto";
}

function unclear({ unknown }: DeviceCode, wanted: string): Judged {
  const why = unknown ?? "some of its code is for a linker (LTO)";
  return { isProblem: false, problem: { text: `cannot tell whether it has code for ${wanted}: ${why}` } };
}

function held(code: DeviceCode): string {
  return showDeviceCode(deviceCodeJson(code));
}

/** `GPU (8.9, NVIDIA L4)`, `GPUs (7.5, Tesla T4; 8.9, NVIDIA L4)`. */
function showGpus(gpus: readonly Gpu[]): string {
  const each = gpus.map(({ number, name }) => (name === "" ? dotted(number) : `${dotted(number)}, ${name}`));
  return `GPU${gpus.length === 1 ? "" : "s"} (${each.join("; ")})`;
}
