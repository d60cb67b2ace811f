/** Where a viewer shows progress: one line of a terminal that is drawn anew, or a few plain lines. */
import { writeSync } from "node:fs";
import { isatty } from "node:tty";
import { barText, fraction, plainText, type ProgressMoment } from "../report/progress-text.ts";

export interface ProgressLine {
  /** Called again and again, also when nothing is new: the clock goes on. */
  show(moment: ProgressMoment): void;
  /** Before any other text, and at the end. */
  clear(): void;
}

/** The next plain line comes after this long, ms, and after another tenth of the whole. */
const PLAIN_MS = 5000;

/** A bar where stderr is a terminal that can draw a line anew; else plain lines. */
export function progressLine(write: (text: string) => void): ProgressLine {
  const isDumb = (process.env["TERM"] ?? "dumb") === "dumb";
  return isatty(2) && !isDumb ? new Bar() : new PlainLines(write);
}

/** At most ten lines for a recipe, and none for one of a few seconds. */
export class PlainLines implements ProgressLine {
  private readonly write: (text: string) => void;
  private shownMs = 0;
  private tenth = 0;

  constructor(write: (text: string) => void) {
    this.write = write;
  }

  show(moment: ProgressMoment): void {
    const part = fraction(moment.progress);
    const tenth = Math.floor((part ?? 0) * 10);
    if (tenth < this.tenth) this.tenth = tenth; // the next command of the recipe
    if (tenth <= this.tenth || tenth > 9 || moment.elapsedMs - this.shownMs < PLAIN_MS) return;
    this.tenth = tenth;
    this.shownMs = moment.elapsedMs;
    this.write(plainText(moment));
  }

  clear(): void {}
}

const REDRAW = "\r\u001B[K";

/** The cursor stays where it is, and visible: a viewer that is killed leaves nothing to repair. */
class Bar implements ProgressLine {
  private shown = "";
  private readonly onSignal = (signal: NodeJS.Signals): void => {
    this.clear();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal); // nobody else takes it: it ends us
  };

  show(moment: ProgressMoment): void {
    // One column less: in the last one some terminals begin a new line. A terminal that tells no width has 80.
    const text = barText(moment, (process.stderr.columns || 80) - 1);
    if (text === this.shown) return;
    if (this.shown === "") process.once("SIGINT", this.onSignal).once("SIGTERM", this.onSignal);
    this.shown = text;
    draw(`${REDRAW}${text}`);
  }

  clear(): void {
    if (this.shown === "") return;
    this.shown = "";
    process.off("SIGINT", this.onSignal).off("SIGTERM", this.onSignal);
    draw(REDRAW);
  }
}

function draw(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // a terminal that is full or gone: the next one will do
  }
}
