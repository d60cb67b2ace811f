/** Which lines of a recipe's output a viewer shows: those of a program whose steps are not understood. Pure. */
import { isChatter } from "./chatter.ts";
import { printable } from "./printable.ts";
import { Tracker } from "./tracker.ts";

export class ShownOutput {
  private readonly tracker = new Tracker();
  private isInstaller = false;

  /** @returns the lines for the terminal, safe and cut; the log has all of them, whole. */
  add(lines: readonly string[]): string[] {
    return lines.flatMap((raw) => {
      const { is } = this.tracker.add(raw);
      if (is === "step" || is === "warning") return [];
      if (is === "command") this.isInstaller = / pip install /.test(raw);
      else if (this.tracker.isUnderstood || (this.isInstaller && isChatter(raw))) return [];
      return [printable(raw)];
    });
  }
}
