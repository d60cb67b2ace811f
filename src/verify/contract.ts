/** What `require` asks for, by what answers it. */
export interface Contract {
  readonly modules: readonly { readonly module: string; readonly names: readonly string[] }[];
  /** `namespace::operator`, or `namespace::operator.overload`. */
  readonly operators: readonly string[];
}

const OPERATOR = "torch.ops.";

/** Sorts `module`, `module:name` and `torch.ops.<namespace>.<operator>`; names of one module come together. */
export function parseContract(require: readonly string[]): Contract {
  const modules = new Map<string, string[]>();
  const operators: string[] = [];
  for (const required of new Set(require)) {
    if (required.startsWith(OPERATOR) && !required.includes(":")) {
      operators.push(required.slice(OPERATOR.length).replace(".", "::"));
      continue;
    }
    const colon = required.indexOf(":");
    const module = colon < 0 ? required : required.slice(0, colon);
    const names = modules.get(module) ?? [];
    if (colon >= 0) names.push(required.slice(colon + 1));
    modules.set(module, names);
  }
  return { modules: [...modules].map(([module, names]) => ({ module, names })), operators };
}

/** The operator as Python code writes it. */
export function operatorName(operator: string): string {
  return OPERATOR + operator.replace("::", ".");
}
