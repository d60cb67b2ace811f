import { git } from "../../git/git.ts";

/**
 * Whether a file of the work tree that git does not ignore holds the pattern.
 * @param pattern extended regular expression, case aside.
 * @param specs git pathspecs.
 */
export async function isMentioned(top: string, pattern: string, specs: readonly string[]): Promise<boolean> {
  const args = ["grep", "--quiet", "--untracked", "-I", "-i", "-E", "-e", pattern, "--", ...specs];
  const { code } = await git(top, args);
  return code !== 1; // 1: found nowhere; an error counts as found
}
