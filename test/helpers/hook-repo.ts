import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { installHooks, type InstallReport, type InstallRequest } from "../../src/install/index.ts";
import { findWorkspace } from "../../src/git/workspace.ts";
import type { Workspace } from "../../src/model.ts";
import type { Result } from "../../src/report/failure.ts";
import { createSandbox, packageRoot, type Sandbox } from "./sandbox.ts";

/** What a hook started, as the stand-in for our program noted it. */
export interface Call {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly ca: string | null;
  readonly extraCa: string | null;
}

/** A repository with one commit, and a stand-in for our program that only notes how it was started. */
export interface HookRepo {
  readonly box: Sandbox;
  readonly top: string;
  readonly ws: Workspace;
  /** The stand-in, in a package of our layout. */
  readonly program: string;
  install(changes?: Partial<InstallRequest>): Promise<Result<InstallReport>>;
  /** Calls since the last time this was asked. */
  calls(): readonly Call[];
}

export async function createHookRepo(
  t: Parameters<typeof createSandbox>[0],
  name = "repo",
): Promise<HookRepo> {
  const box = createSandbox(t);
  const top = await box.repository(name);
  box.write(join(top, "a.txt"), "one\n");
  await box.commit(top, "first");
  const program = writeStandIn(box, "tool");
  const ws = await workspaceOf(top);
  let seen = 0;
  return {
    box,
    top,
    ws,
    program,
    install: (changes = {}) =>
      installHooks({
        ws,
        node: process.execPath,
        program,
        environment: box.environment,
        useConfig: false, // the same on every machine, whatever its git
        ...changes,
      }),
    calls() {
      const log = box.path("calls.log");
      const all = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
      const fresh = all.slice(seen);
      seen = all.length;
      return fresh.map((line) => JSON.parse(line) as Call);
    },
  };
}

export async function workspaceOf(folder: string): Promise<Workspace> {
  return valueOf(await findWorkspace(folder));
}

export function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(`${result.failure.code} ${result.failure.message}`);
}

/** A package of our name and layout in `folder`, without dependencies. Gives its program. */
export function writeStandIn(box: Sandbox, folder: string, manifest: object = {}): string {
  const root = box.path(folder);
  const program = join(root, "dist", "cli.js");
  mkdirSync(dirname(program), { recursive: true });
  cpSync(join(packageRoot(), "hooks"), join(root, "hooks"), { recursive: true });
  box.write(
    join(root, "package.json"),
    JSON.stringify({ name: "rebuild-if-needed", version: "0.0.1", type: "module", ...manifest }),
  );
  box.write(
    program,
    `import { appendFileSync } from "node:fs";
const call = {
  argv: process.argv.slice(2),
  cwd: process.cwd(),
  ca: process.env.REBUILD_IF_NEEDED_CA ?? null,
  extraCa: process.env.NODE_EXTRA_CA_CERTS ?? null,
};
appendFileSync(${JSON.stringify(box.path("calls.log"))}, JSON.stringify(call) + "\\n");
`,
  );
  return program;
}
