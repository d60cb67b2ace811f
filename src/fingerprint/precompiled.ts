/** Pure: extensions that come out of a wheel instead of a compiler. */
import type { Extension, Reason, RepoPath, WheelSource } from "../model.ts";

/** Inputs and what stands by, as `InputChoice` has them. */
interface Counted {
  readonly inputs: ReadonlyMap<RepoPath, string>;
  readonly bystanders?: ReadonlyMap<RepoPath, string>;
}

/**
 * The extension as these variables want it: compiled, or out of a wheel. Then no compiler or build tool counts, nor
 * what only they read; torch does, because it chooses among wheels.
 */
export function asPrecompiled(extension: Extension, variables: Readonly<Record<string, string>>): Extension {
  const { precompiled } = extension;
  if (precompiled === undefined) return extension;
  const { location, commit, variants } = precompiled;
  const own = [precompiled.switch, location, commit];
  const wheel = wheelSource(extension, variables);
  if (wheel === null) {
    return { ...extension, environment: extension.environment.filter((name) => !own.includes(name)) };
  }
  return {
    ...extension,
    wheel,
    environment: [...variants, ...own],
    tools: extension.tools.filter((role) => role === "python"),
    packages: extension.packages.filter((name) => name === "torch"),
  };
}

/** The variables that count, with the many ways to say "on" as one. */
export function meantVariables(
  { wheel, precompiled }: Extension,
  variables: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (wheel === undefined || precompiled === undefined) return variables;
  return { ...variables, [precompiled.switch]: "1" };
}

/**
 * What is left to count of the inputs. Of a wheel that a person named nothing is known but its content: then only the
 * program counts that unpacks it, and all else stands by.
 */
export function countedBesideWheel({ wheel }: Extension, found: Counted): Required<Counted> {
  const { bystanders = new Map<RepoPath, string>() } = found;
  if (wheel?.kind !== "location") return { inputs: found.inputs, bystanders };
  const isCounted = (path: RepoPath): boolean => path === "setup.py";
  const inputs = [...found.inputs];
  return {
    inputs: new Map(inputs.filter(([path]) => isCounted(path))),
    bystanders: new Map([...bystanders, ...inputs.filter(([path]) => !isCounted(path))]),
  };
}

/** Inputs that differ from those of the wheel's commit, and that only a compiler can bring in. Pins chose its torch: they do not. */
export function differingFrom(
  atWheel: ReadonlyMap<RepoPath, string>,
  now: ReadonlyMap<RepoPath, string>,
): RepoPath[] {
  const paths = [...new Set([...atWheel.keys(), ...now.keys()])].sort();
  return paths.filter((path) => atWheel.get(path) !== now.get(path) && !PINS.test(path));
}

const PINS = /^(?:pyproject\.toml|requirements[^/]*\.txt|requirements\/.*)$/;

/** A changed input with what follows from it. */
export function explainWheel(reason: Reason, commit: string | null): Reason {
  if (commit === null || !reason.kind.startsWith("input-")) return reason;
  return { ...reason, text: `${reason.text}; the wheel of ${commit.slice(0, 9)} is needed` };
}

/** What a person types for a compile: a variable that is only unset goes on as it is recorded. */
export function compileCommand({ precompiled, wheel }: Extension): string {
  if (precompiled === undefined || wheel === undefined) return "rebuild-if-needed";
  const names = wheel.kind === "location" ? [precompiled.switch, precompiled.location] : [precompiled.switch];
  return `${names.map((name) => `${name}=`).join(" ")} rebuild-if-needed`;
}

function wheelSource(
  { precompiled }: Extension,
  variables: Readonly<Record<string, string>>,
): WheelSource | null {
  if (precompiled === undefined) return null;
  const location = variables[precompiled.location] ?? "";
  if (location !== "") return { kind: "location", location };
  if (!/^\s*(?:1|true)\s*$/i.test(variables[precompiled.switch] ?? "")) return null;
  const commit = variables[precompiled.commit] ?? "";
  return commit === "" ? { kind: "upstream" } : { kind: "commit", commit: commit.toLowerCase() };
}
