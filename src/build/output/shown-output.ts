/** Which lines of a recipe's output a viewer shows: those of a program whose steps are not understood. Pure. */
import { printable } from "./printable.ts";
import { Tracker } from "./tracker.ts";

export class ShownOutput {
  private readonly tracker = new Tracker();

  /** @returns the lines for the terminal, safe and cut; the log has all of them, whole. */
  add(lines: readonly string[]): string[] {
    return lines.flatMap((raw) => {
      const { is } = this.tracker.add(raw);
      if (is === "step" || is === "warning") return [];
      return is === "command" || !this.tracker.isUnderstood ? [printable(raw)] : [];
    });
  }
}
