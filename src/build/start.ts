import { closeSync, openSync, writeFileSync } from "node:fs";
import { childProcess } from "../late-modules.ts";
import { withoutGitVariables } from "../git/git.ts";
import type { Workspace } from "../model.ts";
import { ownFile } from "../package-root.ts";
import { ok, type Result } from "../report/failure.ts";
import { stateUnwritable } from "../store/state-file.ts";
import { outputLogPath } from "./build-folder.ts";
import { ownerOf, type Owner } from "./owner.ts";
import { newBuildId, writeRequest, type BuildRequest } from "./request.ts";
import { ownerPath } from "./running.ts";

/** A builder that was started: its request and its process. */
export interface StartedBuild {
  readonly buildId: string;
  readonly owner: Owner;
}

/** Starts the detached builder. All of its descriptors are its own: nobody waits for it who does not want to. */
export function startBuilder(
  ws: Workspace,
  wish: Omit<BuildRequest, "version" | "buildId">,
): Result<StartedBuild> {
  const buildId = newBuildId();
  try {
    writeRequest(ws, { version: 1, buildId, ...wish });
    const output = openSync(outputLogPath(ws, buildId), "a");
    const child = childProcess().spawn(process.execPath, [programPath(), "builder", buildId], {
      cwd: ws.top,
      detached: true, // a session of its own: a closed terminal does not reach it
      env: withoutGitVariables(process.env),
      stdio: ["ignore", output, output],
    });
    closeSync(output);
    child.on("error", () => {}); // the viewer sees that there is no such process
    child.unref();
    const owner = ownerOf(child.pid ?? 0);
    if (child.pid !== undefined) writeFileSync(ownerPath(ws, buildId), JSON.stringify(owner));
    return ok({ buildId, owner });
  } catch (error) {
    return stateUnwritable(ws.stateDir, error);
  }
}

/** This package's own command line. */
export function programPath(): string {
  return ownFile("dist", "cli.js");
}
