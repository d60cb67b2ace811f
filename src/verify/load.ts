import { realpathSync } from "node:fs";
import type { ProbeEvent } from "./probe-events.ts";
import { type ProbeBudget, type Probed, probeAll, timeLeft } from "./probe-all.ts";
import { NO_LOOKUPS, type ProbeLibrary, type ProbeRequest } from "./probe.ts";

/**
 * Loads every library by its location in one interpreter, without the packages around it. What failed there is
 * tried again alone and by name, as users import it, before it counts: a module may need its package's
 * `__init__`. `suspects` are tried alone even when they loaded, since a library before them may have helped.
 */
export async function loadLibraries(
  request: ProbeRequest,
  suspects: ReadonlySet<string>,
  budget: ProbeBudget,
): Promise<Probed> {
  const together = await probeAll(request, budget);
  if (together.failure !== null) return together;
  const events = new Map(together.events.map((event) => [keyOf(event), event]));
  const deaths = new Map(together.deaths);
  const alone = new Set<string>();
  for (const library of request.libraries) {
    const { path } = library;
    const event = events.get(`library ${path}`);
    const isDecided = event !== undefined && event.error === null && !suspects.has(path);
    const isLate = event === undefined && deaths.get(path)?.kind !== "died";
    if (isDecided || isLate || timeLeft(budget) <= 1) continue;
    const again = await loadAlone(library, request, budget);
    const [answer] = again.events;
    if (answer !== undefined) {
      alone.add(path);
      events.set(
        keyOf(answer),
        isOf(path, answer) ? answer : { ...answer, error: event?.error ?? elsewhere(answer) },
      );
      deaths.delete(path);
    }
    for (const [subject, end] of again.deaths) deaths.set(subject, end);
  }
  return { events: [...events.values()], deaths, alone, failure: null };
}

function loadAlone(library: ProbeLibrary, { roots }: ProbeRequest, budget: ProbeBudget): Promise<Probed> {
  const libraries = [{ ...library, byName: true }];
  return probeAll(
    { roots, sources: [], libraries, modules: [], operators: [], keys: [], lookups: NO_LOOKUPS },
    budget,
  );
}

/** By name, Python may have found another copy, which proves nothing of this one. */
function isOf(path: string, { error, file }: ProbeEvent): boolean {
  return error !== null || (file !== null && realPath(file) === realPath(path));
}

function elsewhere({ file }: ProbeEvent): string {
  return `ImportError: its package imports ${file ?? "a folder"} in its place`;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function keyOf({ kind, subject }: ProbeEvent): string {
  return `${kind} ${subject}`;
}
