/** The git hooks that say "look now". What fires them: docs/hooks.md. */
export const HOOK_NAMES = [
  "post-merge",
  "post-checkout",
  "post-rewrite",
  "post-commit",
  "post-applypatch",
  "post-index-change",
] as const;

export type HookName = (typeof HOOK_NAMES)[number];

/** An earlier hook is kept beside ours under its own name and this ending; the hook runs it first. */
export const EARLIER = ".before-rebuild-if-needed";

/** Endings under which other tools put away a hook that they find: pre-commit and prek, lefthook. */
export const PUT_AWAY: readonly string[] = [".legacy", ".old"];
