import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { hermeticEnvironment, NPM_CERTIFICATES, sharedCache } from "./environment.ts";
import { runProcess } from "./run.ts";

/** Runs a command in the folder that is being made; throws with all output when it fails. Gives stdout. */
export type Make = (argv: readonly string[]) => Promise<string>;

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * A folder that is costly to make: made once for each key, then shared by all test files and later runs.
 * It appears by a rename, so nobody sees half of one; who comes second throws its own away.
 */
export async function keep(
  name: string,
  key: string,
  make: (folder: string, run: Make) => Promise<void>,
): Promise<string> {
  const shelf = sharedCache(name);
  const kept = join(shelf, createHash("sha256").update(key).digest("hex").slice(0, 16));
  if (!existsSync(kept)) {
    dropOld(shelf);
    const folder = mkdtempSync(join(shelf, "making-"));
    try {
      await make(folder, (argv) => must(folder, argv));
      renameSync(folder, kept);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      if (!existsSync(kept)) throw error;
    }
  }
  utimesSync(kept, new Date(), new Date());
  return kept;
}

/** What no run has asked for in a day goes, and so does what a killed run left half made. */
function dropOld(shelf: string): void {
  for (const entry of readdirSync(shelf)) {
    const folder = join(shelf, entry);
    const stat = statSync(folder, { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.mtimeMs > DAY_MS)
      rmSync(folder, { recursive: true, force: true });
  }
}

async function must(folder: string, argv: readonly string[]): Promise<string> {
  const certificates = process.env[NPM_CERTIFICATES];
  const env = {
    ...hermeticEnvironment(folder, "fixed"),
    ...(certificates === undefined ? {} : { [NPM_CERTIFICATES]: certificates }),
  };
  const { code, stdout, stderr } = await runProcess(argv, { cwd: folder, env, limitMs: 600_000 });
  if (code === 0) return stdout;
  throw new Error(`${argv.join(" ")} (exit ${code})\n${stdout}${stderr}`);
}
