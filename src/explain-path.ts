/** Pure: would a change of this file rebuild an extension, and how is that known? */
import { chainOf } from "./closure/chain.ts";
import type { Closure } from "./closure/facts.ts";
import { isCompiled } from "./fingerprint/choose-inputs.ts";
import { showPath } from "./git/path-bytes.ts";
import type { Baseline, Extension, FoundBy, RepoPath } from "./model.ts";

export interface Explanation {
  readonly extension: string;
  readonly rebuilds: boolean;
  /** Null: it is no input. */
  readonly by: FoundBy | null;
  /** The glob, or the tables of pyproject.toml; null where no rule had a say. */
  readonly rule: string | null;
  /** From the file to the build file that a build starts from: each is named or included by the next. */
  readonly chain: readonly RepoPath[];
  /** What would be built anew. */
  readonly outputs: readonly string[];
  readonly text: string;
}

/** What is known of one extension when the question is asked. */
export interface PathContext {
  readonly extension: Extension;
  readonly baseline: Baseline | null;
  readonly isInput: boolean;
  /** Null: the rules alone decide. */
  readonly closure: Closure | null;
  /** Does this glob name the path? */
  readonly matches: (glob: string) => boolean;
  /** The path counts by these tables only; empty: as a whole. */
  readonly tables: readonly string[];
}

export function explainPath(path: RepoPath, context: PathContext): Explanation {
  const { extension, baseline, closure } = context;
  const shown = showPath(path);
  const outputs = (baseline?.outputs ?? []).map((output) => output.path);
  const none = { extension: extension.name, rebuilds: false, by: null, rule: null, chain: [], outputs: [] };
  const some = { ...none, rebuilds: true, outputs };
  if (outputs.includes(path)) {
    return { ...some, text: `${shown} is an output of the last build; a damaged one is restored` };
  }
  if (context.tables.length > 0) {
    const tables = context.tables.join(", ");
    return {
      ...some,
      by: "rule",
      rule: tables,
      text: `${shown} rebuilds when one of its tables ${tables} changes`,
    };
  }
  const rule = extension.inputs.findLast((glob) => context.matches(glob.replace(/^!/, ""))) ?? null;
  const chain = closure === null ? [] : chainOf(closure, path);
  if (!context.isInput) {
    return {
      ...none,
      rule,
      text: `a change of ${shown} rebuilds nothing: ${whyNot(rule, baseline)}`,
    };
  }
  const wasRead = baseline?.answer?.files.includes(path) === true;
  const by: FoundBy = chain.length > 1 ? "tree" : rule === null || rule.startsWith("!") ? "build" : "rule";
  const how =
    chain.length > 1 ? sentence(chain) : by === "build" ? "the last build read it" : `input rule ${rule}`;
  const also = wasRead && by !== "build" ? "; the last build read it" : "";
  return { ...some, by, rule, chain, text: `a change of ${shown} rebuilds: ${how}${also}${makes(outputs)}` };
}

/** `included by b.cu, included by c.cu, named in setup.py`. */
function sentence(chain: readonly RepoPath[]): string {
  return chain
    .slice(1)
    .map((from) => `${isCompiled(from) ? "included by" : "named in"} ${showPath(from)}`)
    .join(", ");
}

function whyNot(rule: string | null, baseline: Baseline | null): string {
  if (rule === null) return "no input rule names it";
  if (rule.startsWith("!")) return `left out by ${rule}`;
  const built = baseline?.answer === undefined ? "" : ", and the last build did not read it";
  return `input rule ${rule} names it, but no build file does and nothing includes it${built}`;
}

/** The libraries, where there are any: what an editable install writes beside them tells nobody anything. */
function makes(outputs: readonly string[]): string {
  const libraries = outputs.filter((path) => /\.(so|dylib|pyd)$/.test(path));
  const shown = libraries.length > 0 ? libraries : outputs;
  if (shown.length === 0) return "";
  const more = shown.length > 3 ? ` and ${shown.length - 3} more` : "";
  return `. Outputs: ${shown.slice(0, 3).map(showPath).join(", ")}${more}`;
}
