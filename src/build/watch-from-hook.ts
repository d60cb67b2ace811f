import type { Workspace } from "../model.ts";
import { EXIT } from "../report/failure.ts";
import { runningBuild, type RunningBuild } from "./running.ts";
import { watch, type ViewRequest } from "./viewer.ts";

/**
 * Shows a build that a hook has started to its end. ^C asks the builder to stop and leaves: git ends by the same ^C, and
 * the prompt is back before the build is rolled back. Any other end of the viewer changes nothing.
 */
export async function watchFromHook(
  ws: Workspace,
  started: RunningBuild,
  view: Pick<ViewRequest, "write" | "showOutput">,
): Promise<void> {
  const tell = (text: string): void => view.write(`rebuild-if-needed: ${text}`);
  let isInterrupted = false;
  let shown = started;
  const interrupt = (): void => {
    isInterrupted = true;
    if (shown === started) ask(started.owner.pid);
  };
  let isHungUp = false;
  // ^C ends git and with it, perhaps, the session: its SIGHUP must not end us before we have passed the ^C on.
  const hangUp = (): void => {
    isHungUp = true;
  };
  process.on("SIGINT", interrupt).on("SIGHUP", hangUp);
  try {
    for (;;) {
      const end = await watch({ ws, ...shown, ...view, isOver: () => isInterrupted || isHungUp });
      if (end.kind === "died" && !isInterrupted)
        return tell("the builder was killed. Your previous build is in place. Next: rebuild-if-needed");
      if (isHungUp) return;
      if (isInterrupted) {
        if (end.kind === "result") return;
        if (shown !== started) return tell("the other build goes on. Next: rebuild-if-needed cancel");
        return tell("the build was asked to stop; your previous build stays. Next: rebuild-if-needed");
      }
      const other = end.kind === "result" && end.exit === EXIT.busy ? runningBuild(ws) : null;
      if (other === null || other.buildId === shown.buildId) return;
      shown = other; // it was quicker, and looks once more for us
    }
  } finally {
    process.off("SIGINT", interrupt).off("SIGHUP", hangUp);
  }
}

function ask(pid: number): void {
  try {
    process.kill(pid, "SIGINT");
  } catch {
    // it has just ended
  }
}
