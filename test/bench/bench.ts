/**
 * `npm run bench [-- looks builds hooks]`: what the tool costs, as ratios of medians of interleaved runs. Prints, never asserts.
 * `hooks` installs the tools that it compares with from npm and PyPI.
 */
import { createSandbox, type Sandbox } from "../helpers/sandbox.ts";
import { benchBuilds } from "./builds.ts";
import { benchHooks } from "./hooks.ts";
import { benchLooks } from "./looks.ts";

const ROUNDS = Number(process.env["REBUILD_IF_NEEDED_BENCH_ROUNDS"] ?? 30);

const PARTS: Readonly<Record<string, (sandbox: Sandbox, rounds: number) => Promise<void>>> = {
  looks: benchLooks,
  builds: benchBuilds,
  hooks: benchHooks,
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined)
  throw new Error(`there is no part "${unknown}"; there is: ${Object.keys(PARTS).join(", ")}`);
for (const [name, run] of Object.entries(PARTS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const cleanups: (() => void)[] = [];
  try {
    await run(createSandbox({ after: (task) => cleanups.push(task) }, { clock: "real" }), ROUNDS);
  } finally {
    for (const cleanup of cleanups) cleanup();
  }
}
