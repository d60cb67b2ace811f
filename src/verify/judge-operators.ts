import { type Absent, uncheckedWithout } from "./apart.ts";
import { type Contract, operatorName } from "./contract.ts";
import { type Findings, type Problem, problem } from "./findings.ts";
import { eventOf } from "./judge-libraries.ts";
import { type Probed, describeEnd } from "./probe-all.ts";

const OLDER = "The libraries are older than what asks for it, or were built without it.";

/** Required operators: registered by the libraries alone, or once the required modules are imported. */
export function judgeOperators(
  contract: Contract,
  probes: readonly Probed[],
  absent: Absent,
): Findings & { readonly schemas: Readonly<Record<string, readonly string[]>> } {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const schemas: Record<string, readonly string[]> = {};
  for (const operator of contract.operators) {
    const events = probes
      .map((probed) => eventOf(probed, "operator", operator))
      .filter((event) => event !== undefined);
    const found = events.find((event) => event.schemas.length > 0);
    const name = operatorName(operator);
    const death = probes.map(({ deaths }) => deaths.get(operator)).find((end) => end !== undefined);
    if (found !== undefined) {
      schemas[name] = found.schemas;
      problems.push(...judgeKernels(contract, operator, found.kernels));
    } else if (death !== undefined) problems.push({ subject: name, text: describeEnd(death, "look it up") });
    // without an event the interpreter never came so far, and what stopped it is a problem already
    else if (events.length > 0) {
      const error = events.find((event) => event.error !== null)?.error ?? null;
      const lacking = error === null ? null : absent(error);
      if (lacking !== null) warnings.push(uncheckedWithout(name, lacking));
      else problems.push(problem(name, "is not registered by any output", error ?? OLDER));
    }
  }
  return { problems, warnings, schemas };
}

/** A declared operator whose implementation is missing fails only when it is called. */
function judgeKernels(
  { kernels }: Contract,
  operator: string,
  present: readonly string[] | null,
): readonly Problem[] {
  const name = operatorName(operator);
  if (present === null) return [];
  if (present.length === 0) {
    const cause = "A source with its TORCH_LIBRARY_IMPL was left out of this build.";
    return [problem(name, "is declared, but has no kernel for any device", cause)];
  }
  return kernels
    .filter((wanted) => wanted.operator === operator && !present.includes(wanted.key))
    .map(({ key }) => problem(`${name}:${key}`, `has no kernel for ${key}, only for ${present.join(", ")}`));
}
