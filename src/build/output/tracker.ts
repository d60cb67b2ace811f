/** How far a recipe has come, by the lines that it has printed so far. Pure: no clock, no disk. */
import { readOutputLine, type OutputLine, type Step, type StepKind } from "./read-line.ts";

/** Where a recipe stands. */
export interface Standing {
  readonly kind: StepKind;
  /** Steps that have ended (ninja) or begun (all others), in the part of the recipe that runs. */
  readonly done: number;
  /** Of how many, where the build system says so. */
  readonly total?: number;
  readonly percent?: number;
  /** The file that was told last. */
  readonly file?: string;
}

export interface Made {
  readonly kind: "compile" | "link";
  /** For people. */
  readonly file: string;
}

/** Objects that are remembered; a build of more goes on without a count of what is beyond. */
const MOST_OBJECTS = 50_000;

export class Tracker {
  /** Null until a step is understood. */
  standing: Standing | null = null;
  /** The running command prints steps: its other lines are for the log only. */
  isUnderstood = false;
  warnings = 0;
  /** What was told to be made, by the build system's name for it. */
  readonly objects: Map<string, Made> = new Map();
  compiled = 0;
  /** What was told as it began, last of all: it is being made. Ninja tells what has ended. */
  running: string | null = null;

  /** @returns what the line was understood as. */
  add(raw: string): OutputLine {
    const line = readOutputLine(raw);
    if (line.is === "warning") this.warnings++;
    if (line.is === "command") this.begin();
    if (line.is === "step") this.step(line.step);
    return line;
  }

  private begin(): void {
    this.isUnderstood = false;
    this.standing = null;
    this.running = null;
  }

  private step(step: Step): void {
    const { kind, file, object } = step;
    if (object !== undefined) this.running = step.total === undefined ? object : null;
    const isNew = object !== undefined && !this.objects.has(object);
    if (isNew && (kind === "compile" || kind === "link") && this.objects.size < MOST_OBJECTS) {
      this.objects.set(object, { kind, file: file ?? object });
      if (kind === "compile") this.compiled++;
    }
    if (kind === "compile" || kind === "link" || step.total !== undefined || step.percent !== undefined)
      this.isUnderstood = true;
    this.standing = next(this.standing, step, isNew && kind === "compile", file);
  }
}

function next(
  before: Standing | null,
  step: Step,
  isNewCompile: boolean,
  file: string | undefined,
): Standing {
  const shown = file ?? (step.kind === "configure" ? undefined : before?.file);
  const name = shown === undefined ? {} : { file: shown };
  if (step.total !== undefined && step.done !== undefined)
    return { kind: step.kind, done: step.done, total: step.total, ...name };
  const count = (before?.total === undefined ? (before?.done ?? 0) : 0) + (isNewCompile ? 1 : 0);
  const percent = step.percent ?? (before?.total === undefined ? before?.percent : undefined);
  // A command that ninja's own line has told already, or one within ninja's build: the count is ninja's.
  if (before?.total !== undefined && before.done < before.total && step.percent === undefined)
    return { ...before, kind: step.kind, ...name };
  return { kind: step.kind, done: count, ...(percent === undefined ? {} : { percent }), ...name };
}
