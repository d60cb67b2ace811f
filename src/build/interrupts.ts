/** ^C and SIGTERM in a typed command are wishes to the builder, not the end of us: we stay until it has rolled back. */
export interface Interrupts {
  /** Number of the last SIGINT or SIGTERM, or null. */
  readonly signal: number | null;
  /** The terminal is gone (SIGHUP): that ends us and is no wish to cancel. */
  readonly isHungUp: boolean;
  /** From now on signals go to this builder, those that came before included. */
  forwardTo(pid: number): void;
  stop(): void;
}

/** Listens from now on. */
export function listenForInterrupts(): Interrupts {
  let signal: number | null = null;
  let target: number | null = null;
  const send = (name: NodeJS.Signals): void => {
    if (target === null) return;
    try {
      process.kill(target, name);
    } catch {
      // it has just ended
    }
  };
  const onInterrupt = (): void => {
    signal = 2;
    send("SIGINT");
  };
  const onTerminate = (): void => {
    signal = 15;
    send("SIGTERM");
  };
  let isHungUp = false;
  const onHangUp = (): void => {
    isHungUp = true;
  };
  process.on("SIGINT", onInterrupt).on("SIGTERM", onTerminate).on("SIGHUP", onHangUp);
  return {
    get signal(): number | null {
      return signal;
    },
    get isHungUp(): boolean {
      return isHungUp;
    },
    forwardTo(pid): void {
      target = pid;
      if (signal !== null) send("SIGTERM");
    },
    stop(): void {
      process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate).off("SIGHUP", onHangUp);
    },
  };
}
