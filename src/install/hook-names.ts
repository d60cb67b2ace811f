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

/** What git's own configuration calls a hook of ours (git 2.54: `hook.<name>.event`, `hook.<name>.command`). */
export function configName(name: HookName): string {
  return `rebuild-if-needed-${name}`;
}

/** Folders of hooks in `<common dir>/rebuild-if-needed`: for husky's lines, for git's configuration, for core.hooksPath. */
export const HOOK_FOLDERS: readonly string[] = ["hooks", "configured-hooks", "hooks-path"];
