/**
 * Finds an ordinary work tree as git would, without asking it: `<top>/.git` is a folder, belongs to us, and its config
 * says nothing of another place. Everything else (worktrees, submodules, bare, odd settings) is null, and git is asked.
 */
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

export interface PlainWorkspace {
  readonly top: string;
  readonly gitDir: string;
}

/** The work tree that holds `cwd`, or null: git must say. */
export function findPlainWorkspace(cwd: string): PlainWorkspace | null {
  if (DISCOVERY_VARIABLES.some((name) => process.env[name] !== undefined)) return null;
  try {
    const start = realpathSync(cwd);
    const device = statSync(start).dev;
    for (let folder = start; ; folder = dirname(folder)) {
      if (statSync(folder).dev !== device || existsSync(join(folder, "HEAD"))) return null; // a bare one, or inside .git
      if (existsSync(join(folder, ".git"))) return isPlain(folder) ? plainAt(folder) : null;
      if (folder === dirname(folder)) return null;
    }
  } catch {
    return null;
  }
}

/** Set by a person to change how git looks for its folder. */
const DISCOVERY_VARIABLES = ["GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"];

function plainAt(top: string): PlainWorkspace {
  return { top, gitDir: realpathSync(join(top, ".git")) };
}

function isPlain(top: string): boolean {
  const gitDir = join(top, ".git");
  const stat = statSync(gitDir);
  const mine = process.geteuid?.();
  if (!stat.isDirectory() || stat.uid !== mine || statSync(top).uid !== mine) return false;
  if (!["HEAD", "objects", "refs"].every((name) => existsSync(join(gitDir, name)))) return false;
  if (existsSync(join(gitDir, "commondir"))) return false;
  return readFileSync(join(gitDir, "config"), "latin1").split("\n").every(isHarmless);
}

/** Lines of the config that could move the work tree or make git refuse the repository. */
function isHarmless(line: string): boolean {
  if (!/bare|worktree|repositoryformatversion|refstorage|relativeworktrees|\\$/i.test(line)) return true; // nearly all
  return /^\s*(?:bare\s*=\s*false\s*$|repositoryformatversion\s*=\s*[01]\s*$|partialclone\s*=)/i.test(line);
}
