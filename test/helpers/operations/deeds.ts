/** What can be done to a work tree, as data: it is done to both clones alike, and printed when something is wrong. */

export type Deed =
  /** Run in both; the exit codes must be equal. Then the tree is judged. */
  | { readonly kind: "git"; readonly argv: readonly string[] }
  /** An edit in both. */
  | { readonly kind: "write"; readonly path: string; readonly text: string }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "touch"; readonly path: string }
  /** To an output, which the twin then gets as well. */
  | { readonly kind: "damage"; readonly path: string; readonly how: Damage }
  /** To the tool: another version, or the same one written or only touched. */
  | { readonly kind: "tool"; readonly version: number }
  | { readonly kind: "same tool"; readonly how: "touched" | "installed again" }
  /** Somebody else publishes a change. */
  | { readonly kind: "upstream"; readonly path: string; readonly text: string }
  /** What two commits differ by, as a patch for `git apply` or `git am`. */
  | { readonly kind: "patch"; readonly from: string; readonly to: string; readonly with: "apply" | "am" }
  /** `rebuild-if-needed`, by a person. */
  | { readonly kind: "typed" }
  /** From here on recipes stand still, or nobody waits for them: judged at `end`. */
  | { readonly kind: "begin"; readonly how: "held" | "burst" }
  | { readonly kind: "end" }
  /** A linked work tree with a new branch. */
  | { readonly kind: "link"; readonly branch: string };

export type Damage = "delete" | "empty" | "overwrite" | "append" | "touch" | "copy";

/** One step of a run: deeds in one work tree. */
export interface Operation {
  readonly name: string;
  readonly deeds: readonly Deed[];
}

/** `commit: write csrc/a.txt "two", git commit -qam x`. */
export function describe(operation: Operation): string {
  return `${operation.name}: ${operation.deeds.map(describeDeed).join(", ")}`;
}

function describeDeed(deed: Deed): string {
  switch (deed.kind) {
    case "git":
      return `git ${deed.argv.join(" ")}`;
    case "write":
    case "upstream":
      return `${deed.kind} ${deed.path} ${JSON.stringify(deed.text)}`;
    case "remove":
    case "touch":
      return `${deed.kind} ${deed.path}`;
    case "damage":
      return `${deed.how} ${deed.path}`;
    case "tool":
      return `tool version ${deed.version}`;
    case "same tool":
      return `tool ${deed.how}`;
    case "patch":
      return `git ${deed.with} of ${deed.from}..${deed.to}`;
    case "typed":
      return "rebuild-if-needed";
    case "begin":
      return deed.how;
    case "end":
      return "go on";
    case "link":
      return `worktree add ${deed.branch}`;
  }
}
