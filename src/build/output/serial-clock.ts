/**
 * How long each file takes where one compiler runs after the other: the time from one command line to the next. It says
 * nothing as soon as two commands come at once. Pure: the caller tells the time.
 */
import type { Step } from "./read-line.ts";

export class SerialClock {
  private readonly times = new Map<string, number>();
  private running: { readonly object: string; readonly sinceMs: number } | null = null;
  private isSerial = false;
  private isSpoilt = false;

  /** A command of the recipe begins. @param line as the log has it. */
  command(line: string, nowMs: number): void {
    this.end(nowMs);
    this.isSerial = false;
    if (/\s(?:-j|--parallel)/.test(line)) this.isSpoilt = true;
  }

  step(step: Step, nowMs: number): void {
    const { kind, object, total, percent } = step;
    if (kind === "other" && total === undefined && step.file !== undefined) this.isSerial = true; // setuptools
    const isCommand = (kind === "compile" || kind === "link") && total === undefined && percent === undefined;
    if (this.running !== null && isCommand && this.running.sinceMs === nowMs) this.isSpoilt = true;
    this.end(nowMs);
    if (isCommand && kind === "compile" && object !== undefined && this.isSerial)
      this.running = { object, sinceMs: nowMs };
  }

  end(nowMs: number): void {
    if (this.running !== null) this.times.set(this.running.object, nowMs - this.running.sinceMs);
    this.running = null;
  }

  /** Object -> ms; empty where more than one compiler may have run. */
  result(): ReadonlyMap<string, number> {
    return this.isSpoilt ? new Map() : this.times;
  }
}
