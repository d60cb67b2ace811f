import type { ProbeEvent } from "./probe-events.ts";
import { type ProbeEnd, type ProbeProcess, type ProbeRequest, runProbe } from "./probe.ts";

/** What a series of probes found. Each subject is in `events`, in `deaths`, or was not reached in time. */
export interface Probed {
  readonly events: readonly ProbeEvent[];
  /** Subjects that ended or blocked the interpreter. */
  readonly deaths: ReadonlyMap<string, ProbeEnd>;
  /** Libraries that were loaded in a process of their own, where nothing else was asked. */
  readonly alone: ReadonlySet<string>;
  /** Set when no interpreter could do any work. */
  readonly failure: ProbeEnd | null;
}

const NONE: ReadonlySet<string> = new Set();

/** Interpreter, environment and the moment by which all must have ended. */
export interface ProbeBudget extends Omit<ProbeProcess, "timeoutMs"> {
  readonly deadline: number;
}

/** Probes until all is answered: what kills the interpreter is noted and left out of the next one. */
export async function probeAll(request: ProbeRequest, budget: ProbeBudget): Promise<Probed> {
  const deaths = new Map<string, ProbeEnd>();
  for (let rest = request; ; rest = without(rest, deaths)) {
    const { events, end } = await runProbe(rest, { ...budget, timeoutMs: timeLeft(budget) });
    const found = { events, deaths, alone: NONE, failure: null };
    if (end.kind === "complete") return found;
    if (end.kind === "not-started" || end.at === null) return { ...found, failure: end };
    deaths.set(end.at, end);
    if (end.kind === "time-limit") return found;
  }
}

export function timeLeft({ deadline }: ProbeBudget): number {
  return Math.max(1, deadline - performance.now());
}

/** Completes the sentence "SUBJECT ...". */
export function describeEnd(end: ProbeEnd, verb: string): string {
  switch (end.kind) {
    case "complete":
      return `could not ${verb}`;
    case "time-limit":
      return `did not ${verb} within ${(end.limitMs / 1000).toFixed(end.limitMs < 10_000 ? 1 : 0)} s`;
    case "died":
      return `ended the interpreter (${end.how}) on ${verb}${end.said === "" ? "" : `: ${end.said}`}`;
    case "not-started":
      return `could not ${verb}: ${end.why}`;
  }
}

function without(request: ProbeRequest, deaths: ReadonlyMap<string, ProbeEnd>): ProbeRequest {
  return {
    roots: request.roots,
    sources: request.sources.filter((path) => !deaths.has(path)),
    libraries: request.libraries.filter(({ path }) => !deaths.has(path)),
    modules: request.modules.filter(({ module }) => !deaths.has(module)),
    operators: request.operators.filter((operator) => !deaths.has(operator)),
    keys: request.keys,
    lookups: {
      libraries: request.lookups.libraries.filter(
        ({ path }) => !deaths.has(path) && !deaths.has(`names of ${path}`),
      ),
      operators: request.lookups.operators.filter((operator) => !deaths.has(operator)),
    },
  };
}
