import { findWorkspace } from "../../src/git/workspace.ts";
import type { Workspace } from "../../src/model.ts";
import { judgeTrust } from "../../src/trust/trust.ts";
import { createSandbox, type Sandbox } from "./sandbox.ts";

// The code under test runs git in this process's environment.
process.env["GIT_CONFIG_GLOBAL"] = "/dev/null";
process.env["GIT_CONFIG_NOSYSTEM"] = "1";

/** A server, my clone of it, and a stranger who can push nothing but pull requests. */
export interface TrustScene {
  readonly box: Sandbox;
  readonly server: string;
  readonly me: string;
  /** Runs git in my clone. */
  git(...args: readonly string[]): Promise<string>;
  /** Writes a file in my clone and commits it; gives the commit id. */
  commit(file: string, content?: string): Promise<string>;
  /** A maintainer commits a file on a branch of the server. */
  publish(file: string, content?: string, branch?: string): Promise<string>;
  /** A stranger with my name and e-mail commits the files, one commit each, and opens pull request 7. */
  openPullRequest(...files: readonly string[]): Promise<string>;
  /** "trusted", or the subjects of the foreign commits, newest first. */
  judge(folder?: string, revision?: string): Promise<string | string[]>;
}

export async function createTrustScene(
  t: { after(task: () => void): void },
  init: readonly string[] = [],
): Promise<TrustScene> {
  const box = createSandbox(t);
  // The sandbox's clock stands still: only another committer keeps equal commits of two people apart.
  const theirs = box.with({ GIT_COMMITTER_NAME: "Sam Else", GIT_COMMITTER_EMAIL: "sam@example.invalid" });
  const server = box.path("server.git");
  const maintainer = box.path("maintainer");
  const stranger = box.path("stranger");
  const me = box.path("me");
  await box.git("home", "init", "--quiet", "--bare", "--initial-branch=main", ...init, server);
  await theirs.git("home", "init", "--quiet", "--initial-branch=main", ...init, maintainer);
  await theirs.git(maintainer, "remote", "add", "origin", server);

  const commitIn = async (who: Sandbox, folder: string, file: string, content = file): Promise<string> => {
    who.write(`${folder}/${file}`, `${content}\n`);
    return who.commit(folder, `add ${file}`);
  };
  const publish: TrustScene["publish"] = async (file, content, branch = "main") => {
    const id = await commitIn(theirs, maintainer, file, content);
    await theirs.git(maintainer, "push", "--quiet", "origin", `HEAD:refs/heads/${branch}`);
    return id;
  };
  await publish("first");
  await publish("second");
  await box.git("home", "clone", "--quiet", `file://${server}`, me);

  return {
    box,
    server,
    me,
    publish,
    git: (...args) => box.git(me, ...args),
    commit: (file, content) => commitIn(box, me, file, content),
    async openPullRequest(...files) {
      await theirs.git("home", "clone", "--quiet", server, stranger);
      let id = "";
      for (const file of files) id = await commitIn(theirs, stranger, file);
      await theirs.git(stranger, "push", "--quiet", "origin", "HEAD:refs/pull/7/head");
      return id;
    },
    async judge(folder = me, revision = "HEAD") {
      const trust = await judgeTrust(await workspaceOf(folder), revision);
      return trust.kind === "trusted" ? trust.kind : trust.commits.map((commit) => commit.subject);
    },
  };
}

export async function workspaceOf(folder: string): Promise<Workspace> {
  const found = await findWorkspace(folder);
  if (!found.ok) throw new Error(found.failure.message);
  return found.value;
}
