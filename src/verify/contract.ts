/** What `require` asks for, by what answers it. */
export interface Contract {
  readonly modules: readonly { readonly module: string; readonly names: readonly string[] }[];
  /** `namespace::operator`, or `namespace::operator.overload`. */
  readonly operators: readonly string[];
  /** Dispatch keys, such as `CUDA`, that an operator must have a kernel for. */
  readonly kernels: readonly { readonly operator: string; readonly key: string }[];
}

const OPERATOR = "torch.ops.";

/** Sorts `module`, `module:name`, `torch.ops.<namespace>.<operator>` and that with `:<dispatch key>`; names of one module come together. */
export function parseContract(require: readonly string[]): Contract {
  const modules = new Map<string, string[]>();
  const operators = new Set<string>();
  const kernels: { operator: string; key: string }[] = [];
  for (const required of new Set(require)) {
    if (required.startsWith(OPERATOR)) {
      const [name = "", key] = required.slice(OPERATOR.length).split(":");
      const operator = name.replace(".", "::");
      operators.add(operator);
      if (key !== undefined) kernels.push({ operator, key });
      continue;
    }
    const colon = required.indexOf(":");
    const module = colon < 0 ? required : required.slice(0, colon);
    const names = modules.get(module) ?? [];
    if (colon >= 0) names.push(required.slice(colon + 1));
    modules.set(module, names);
  }
  return {
    modules: [...modules].map(([module, names]) => ({ module, names })),
    operators: [...operators],
    kernels,
  };
}

/** The operator as Python code writes it. */
export function operatorName(operator: string): string {
  return OPERATOR + operator.replace("::", ".");
}
