import { COPIED, copiedIn, projectFiles, trackedInterface } from "../../../src/demo/project.ts";
import type { Sandbox } from "../sandbox.ts";
import { pythonVenv, seeFolder, type Venv } from "../venv.ts";

export interface Incident {
  readonly upstream: string;
  readonly clone: string;
  /** `.venv` in the clone; it sees the clone's package. */
  readonly venv: Venv;
  /** The git-ignored file that the build copies in and that git removes on the way. */
  readonly copied: string;
  /** Commits of upstream: it is copied in; git tracks it; it is copied in again. */
  readonly commits: { readonly first: string; readonly tracked: string; readonly again: string };
}

/**
 * The incident's history: an upstream with all three commits and the branch `tracked`, and a clone that stands at the
 * first. `git pull` in a built clone by way of `tracked` (or a switch there and back) destroys the copied file.
 */
export async function incidentProject(box: Sandbox): Promise<Incident> {
  const upstream = await box.repository("upstream");
  const publish = (files: Readonly<Record<string, string | null>>, message: string): Promise<string> => {
    for (const [path, text] of Object.entries(files)) {
      if (text !== null) box.write(`upstream/${path}`, text);
    }
    return box.commit(upstream, message);
  };
  const first = await publish(projectFiles(false), "Copy the interface in");
  const tracked = await publish(trackedInterface(false), "Track the interface");
  await box.git(upstream, "branch", "tracked");
  await box.git(upstream, "rm", "--quiet", COPIED);
  const again = await publish(copiedIn(false), "Copy the interface in again");
  const clone = box.path("clone");
  await box.git(box.root, "clone", "--quiet", upstream, clone);
  await box.git(clone, "reset", "--quiet", "--hard", first);
  const venv = await pythonVenv(box, `${clone}/.venv`, []);
  await seeFolder(box, venv, clone);
  return { upstream, clone, venv, copied: COPIED, commits: { first, tracked, again } };
}
