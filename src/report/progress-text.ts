/** Pure: a recipe's progress as one line. */
import type { RecipeProgress } from "../build/build-event.ts";
import { printable } from "../build/output/printable.ts";

export interface ProgressMoment {
  readonly progress: RecipeProgress;
  /** Since the build began, ms. */
  readonly elapsedMs: number;
  /** Since the progress was told, ms. */
  readonly ageMs: number;
}

/** The bar's length, where there is room for a file beside it, and where there is less. */
const BARS = [20, 10, 0];
/** A file's name that is cut shorter says nothing. */
const LEAST_FILE = 12;

/** `[#####-----] 212/380  moe.cu  3 min 10 s, about 2 min left, 3 warnings`, in at most so many columns. */
export function barText(moment: ProgressMoment, columns: number): string {
  const { progress } = moment;
  const tail = tailText(moment);
  const file = printable(progress.file ?? (progress.kind === "configure" ? "configuring" : ""), 200);
  const least = Math.min(LEAST_FILE, width(file));
  for (const wanted of [least, 0]) {
    for (const length of BARS) {
      const head = [barOf(progress, length), countText(progress)].filter(isSome).join(" ");
      const room = columns - width(head) - width(tail) - (head === "" ? 2 : 4);
      if (room >= wanted) return [head, wanted === 0 ? "" : fit(file, room), tail].filter(isSome).join("  ");
    }
  }
  return cut([countText(progress), tail].filter(isSome).join("  "), columns);
}

function barOf(progress: RecipeProgress, length: number): string {
  const part = fraction(progress);
  return part === null || length === 0
    ? ""
    : `[${"#".repeat(Math.floor(part * length)).padEnd(length, "-")}]`;
}

/** Whole where there is room, else without its folder. */
function fit(file: string, columns: number): string {
  return width(file) <= columns ? file : cut(file.slice(file.lastIndexOf("/") + 1), columns);
}

/** The same without a bar: `212 of 380 (56 %), 3 min 10 s, about 2 min left, 3 warnings`. */
export function plainText(moment: ProgressMoment): string {
  const part = fraction(moment.progress);
  const { total, percent } = moment.progress;
  const share =
    part === null || total === undefined || percent !== undefined ? "" : ` (${Math.floor(part * 100)} %)`;
  return `  ${countText(moment.progress).replace("/", " of ")}${share}, ${tailText(moment)}`;
}

/** How much of the recipe is done, 0 to 1; null where that is not known. */
export function fraction({ done, total, percent }: RecipeProgress): number | null {
  if (percent !== undefined) return Math.min(1, percent / 100);
  return total === undefined || total <= 0 ? null : Math.min(1, done / total);
}

/** `212/380`, `12 of about 60`, `42 %`, `12 files`. */
export function countText({ done, total, percent, isGuess }: RecipeProgress): string {
  if (percent !== undefined) return `${percent} %`;
  if (total !== undefined) return isGuess === true ? `${done}/~${total}` : `${done}/${total}`;
  return done === 0 ? "" : `${done} file${done === 1 ? "" : "s"}`;
}

/** `about 2 min left`; coarse, as nobody knows it better. Null when it is not known, or over. */
export function leftText(leftMs: number | undefined, ageMs: number): string | null {
  const seconds = Math.round(((leftMs ?? 0) - ageMs) / 1000);
  if (leftMs === undefined || seconds <= 0) return null;
  if (seconds < 5) return "a few seconds left";
  if (seconds < 100) return `about ${Math.ceil(seconds / 5) * 5} s left`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `about ${minutes} min left` : `about ${Math.round(minutes / 60)} h left`;
}

function tailText({ progress, elapsedMs, ageMs }: ProgressMoment): string {
  const { warnings, leftMs } = progress;
  return [
    clock(elapsedMs),
    leftText(leftMs, ageMs),
    warnings === 0 ? null : `${warnings} warning${warnings === 1 ? "" : "s"}`,
  ]
    .filter((text) => text !== null)
    .join(", ");
}

/** `7 s`, `95 s`, `3 min 10 s`, `1 h 5 min`. */
function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Columns of a text: letters beyond Latin may take two. */
function width(text: string): number {
  let columns = 0;
  for (const char of text) columns += (char.codePointAt(0) ?? 0) < 0x300 ? 1 : 2;
  return columns;
}

/** Its end says more than its beginning: `...layers/fused_moe.cu`. */
function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let kept = "";
  for (const char of Array.from(text).reverse()) {
    if (width(char + kept) > columns - 3) break;
    kept = char + kept;
  }
  return columns < 4 ? "" : `...${kept}`;
}

function isSome(text: string): boolean {
  return text !== "";
}
