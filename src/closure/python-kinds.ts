/** Whether an expression makes a list or text, as far as it shows. */
import { calleeName } from "./python-names.ts";
import type { Expression } from "./python-syntax.ts";

/** True where it is a list or a tuple for certain. */
export function isList(value: Expression): boolean {
  if (value.kind === "display") return value.bracket !== "{";
  if (value.kind === "operation" && value.operator === "+")
    return value.operands.some((one) => one !== null && isList(one));
  if (value.kind === "call") return /^(?:i?glob|rglob|sorted|list|tuple|set)$/.test(calleeName(value.callee));
  return value.kind === "comprehension";
}

/** True where it is text for certain. */
export function isText(value: Expression): boolean {
  if (value.kind === "operation") {
    return /^[+%]$/.test(value.operator) && value.operands.some((one) => one !== null && isText(one));
  }
  if (value.kind === "attribute") return value.name === "sep";
  return value.kind === "string" || value.kind === "format";
}
