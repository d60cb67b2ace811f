import type { Label } from "../pairs.ts";

/**
 * What a build of one commit is made from: of each part, what a compiler would see (`hard`) and what is written
 * there (`soft`). A part that no compiler sees has an empty `hard`.
 */
export type State = ReadonlyMap<string, Part>;

export interface Part {
  readonly hard: string;
  readonly soft: string;
}

export interface Verdict {
  readonly label: Label;
  readonly why: string;
}

/** Only the two ends count: what was changed and put back between them is no difference. */
export function compareStates(from: State, to: State): Verdict {
  if (from === to) return { label: "none", why: "" };
  const parts = [...new Set([...from.keys(), ...to.keys()])].sort();
  const hard = parts.filter((part) => (from.get(part)?.hard ?? "") !== (to.get(part)?.hard ?? ""));
  const soft = parts.filter((part) => from.get(part)?.soft !== to.get(part)?.soft);
  const files = soft.filter((part) => !hard.includes(part));
  const through = files.length > 0 ? ` by ${list(files)}` : "";
  if (hard.length > 0) return { label: "hard", why: `${list(hard)}${through}` };
  return soft.length > 0 ? { label: "soft", why: list(soft) } : { label: "none", why: "" };
}

function list(parts: readonly string[]): string {
  const shown = parts.slice(0, 2).join(", ");
  return parts.length > 2 ? `${shown} and ${parts.length - 2} more` : shown;
}
