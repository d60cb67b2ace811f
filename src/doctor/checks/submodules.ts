import { existsSync } from "node:fs";
import { join } from "node:path";
import { compileGlobs } from "../../config/globs.ts";
import { gitText } from "../../git/git.ts";
import { showPath } from "../../git/path-bytes.ts";
import { readIndex } from "../../git/work-tree.ts";
import type { RepoPath } from "../../model.ts";
import { good, type DoctorContext, type Finding } from "../finding.ts";

const CHECK = "submodules";

/** Submodules among the inputs have the commit checked out that the index asks for. */
export async function submodules({ ws, extension }: DoctorContext): Promise<Finding[]> {
  const isInput = compileGlobs(extension.inputs);
  const links = (await readLinks(ws.top)).filter(({ path }) => isInput(path));
  const findings = await Promise.all(links.map((link) => examine(ws.top, link)));
  const problems = findings.filter((finding) => finding !== null);
  if (problems.length > 0 || links.length === 0) return problems;
  return [
    good(CHECK, `at the commits that are asked for: ${links.map(({ path }) => showPath(path)).join(", ")}`),
  ];
}

interface Link {
  readonly path: RepoPath;
  readonly commit: string;
}

async function examine(top: string, { path, commit }: Link): Promise<Finding | null> {
  const present = await checkedOut(join(top, path));
  if (present === commit) return null;
  const state = present === null ? "is not checked out" : `has ${present.slice(0, 9)} checked out`;
  return {
    check: CHECK,
    level: "error",
    text: `${showPath(path)} ${state}, ${commit.slice(0, 9)} is asked for`,
    fix: `git submodule update --init --recursive -- ${quote(showPath(path))}`,
    reason: "submodule-lag",
  };
}

/** Entries of the index that are commits of another repository; of those that a sparse checkout leaves out, none. */
async function readLinks(top: string): Promise<Link[]> {
  const entries = (await readIndex(top)) ?? [];
  return entries
    .filter(
      ({ mode, path, skipped }) => mode === "160000" && !(skipped && !existsSync(join(top, path, ".git"))),
    )
    .map(({ path, oid }) => ({ path, commit: oid }));
}

/** An empty folder would answer with the commit of the repository around it, so its own `.git` is asked for first. */
async function checkedOut(folder: string): Promise<string | null> {
  return existsSync(join(folder, ".git"))
    ? gitText(folder, ["rev-parse", "--verify", "--quiet", "HEAD"])
    : null;
}

/** For a line that a person pastes into a shell. */
function quote(path: string): string {
  return /^[\w./+@-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
