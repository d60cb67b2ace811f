import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  lostHooksLine,
  uninstallHooks,
  type InstallReport,
  type UninstallReport,
} from "../../src/install/index.ts";
import { createHookRepo, valueOf, type HookRepo } from "./hook-repo.ts";
import { programUnderTest, type CommandOptions, type RunResult, type Sandbox } from "./sandbox.ts";

/** A repository with a project that needs a build, the real program, and room for a real hook manager. */
export interface ManagerScene {
  readonly box: Sandbox;
  readonly top: string;
  readonly repo: HookRepo;
  /** Puts our hooks in; hook files unless `useConfig`. */
  install(options?: { readonly useConfig: boolean }): Promise<InstallReport>;
  uninstall(): Promise<UninstallReport>;
  /** Merges a commit of another branch: all that git and its hooks say. */
  merge(): Promise<string>;
  commit(): Promise<string>;
  /** The line on hooks of `doctor`, and warnings below it. */
  doctor(): Promise<string>;
  /** What `check` says of hooks, on stderr. */
  lostLine(): string | null;
  /** Every hook file with its mode, and the clone's git configuration, as bytes. */
  snapshot(): Readonly<Record<string, string>>;
  run(argv: readonly string[], options?: CommandOptions): Promise<RunResult>;
}

/** What our hooks say of a project that nobody has set up: the sign that they have looked. */
export const LOOKED = /^rebuild-if-needed: no verified build is recorded here/m;

export async function createManagerScene(
  t: Parameters<typeof createHookRepo>[0],
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<ManagerScene> {
  const repo = await createHookRepo(t);
  const box = repo.box.with(environment);
  const { top, ws } = repo;
  const setup = "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('a', ['a.c'])])\n";
  for (const [path, text] of Object.entries({ "setup.py": setup, "a.c": "int a;\n", ...files }))
    box.write(join(top, path), text);
  await box.commit(top, "project");
  const said = async (argv: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await box.run(top, argv);
    return stdout + stderr;
  };
  let count = 0;
  return {
    box,
    top,
    repo,
    install: async ({ useConfig } = { useConfig: false }) =>
      valueOf(await repo.install({ program: programUnderTest(), environment: box.environment, useConfig })),
    uninstall: async () => valueOf(await uninstallHooks({ ws, environment: box.environment })),
    async merge() {
      count += 1;
      const other = await box.git(top, "commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", `other ${count}`);
      return said(["git", "merge", "--no-ff", "-m", `merge ${count}`, other]);
    },
    commit: () => said(["git", "commit", "--allow-empty", "-m", "more"]),
    async doctor() {
      const lines = (await box.cli(top, "doctor")).stdout.split("\n");
      return lines
        .slice(lines.findIndex((line) => line.startsWith("hooks: ")))
        .join("\n")
        .trimEnd();
    },
    lostLine: () => lostHooksLine(ws),
    snapshot() {
      const folder = join(ws.commonDir, "hooks");
      const names = readdirSync(folder).filter((name) => !name.endsWith(".sample"));
      const paths = [...names.map((name) => join(folder, name)), join(ws.commonDir, "config")].toSorted();
      return Object.fromEntries(
        paths.map((path) => [
          path.slice(ws.commonDir.length + 1),
          `${(statSync(path).mode & 0o7777).toString(8)} ${readFileSync(path, "latin1")}`,
        ]),
      );
    },
    run: (argv, options) => box.run(top, argv, options),
  };
}

/** A hook file that a person wrote. */
export function writeHook(scene: ManagerScene, name: string, text: string): void {
  const path = join(scene.repo.ws.commonDir, "hooks", name);
  scene.box.write(path, text);
  chmodSync(path, 0o755);
}
