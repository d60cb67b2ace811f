/**
 * git as the user's own commands see it. The other doors pin `core.hooksPath`, and here that setting is the question.
 * simple-git waits 50 ms for a command that prints nothing: fine for commands that a person types.
 */
import { withoutGitVariables } from "../git/git.ts";

/** simple-git refuses to start with these set; none decides where hooks are. */
const REFUSED = /^(GIT_.*|EDITOR|PAGER|PREFIX|SSH_ASKPASS|VISUAL)$/i;
const NEEDED: readonly string[] = ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"];

/** stdout of one git command run in `cwd`, or null when git said why it failed. */
export async function askGit(
  cwd: string,
  environment: NodeJS.ProcessEnv,
  args: readonly string[],
): Promise<string | null> {
  const { simpleGit } = await import("simple-git");
  const git = simpleGit({
    baseDir: cwd,
    allowEnvironment: NEEDED,
    unsafe: { allowUnsafeConfigPaths: true }, // they are the user's own
  });
  try {
    return await git.env(allowed(environment)).raw([...args]);
  } catch {
    return null;
  }
}

function allowed(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(withoutGitVariables(environment))) {
    if (value !== undefined && (NEEDED.includes(name) || !REFUSED.test(name))) kept[name] = value;
  }
  return kept;
}
