import type { Canceller } from "./runner.ts";

/** The first request asks the recipe to end (SIGTERM), any further one ends it at once (SIGKILL). */
export function createCanceller(): Canceller & { ask(): void } {
  const listeners = new Set<(signal: NodeJS.Signals) => void>();
  let count = 0;
  return {
    get asked(): boolean {
      return count > 0;
    },
    onAsk(listener): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ask(): void {
      count += 1;
      for (const listener of listeners) listener(count === 1 ? "SIGTERM" : "SIGKILL");
    },
  };
}
