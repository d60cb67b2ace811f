import { spawnSync } from "node:child_process";

/** One command of a comparison; all of them run in turn in each round, so that a slow moment hits all. */
export interface Contender {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Puts the ground back before each run; not counted. */
  readonly before?: () => void;
  readonly exit?: number;
}

export interface Timing {
  readonly name: string;
  /** Median wall time in ms. */
  readonly medianMs: number;
  readonly minMs: number;
}

/** Runs all contenders `rounds` times, after some rounds that do not count. Throws when one ends with another exit code. */
export function interleave(contenders: readonly Contender[], rounds: number, warmUps = 2): Timing[] {
  const times = contenders.map((): number[] => []);
  for (let round = -warmUps; round < rounds; round++) {
    contenders.forEach((one, at) => {
      one.before?.();
      const [program, ...args] = one.argv;
      const start = process.hrtime.bigint();
      const result = spawnSync(program, args, { cwd: one.cwd, env: one.env, stdio: "ignore" });
      const ms = Number(process.hrtime.bigint() - start) / 1e6;
      if (result.status !== (one.exit ?? 0)) throw new Error(`${one.name}: exit ${result.status}`);
      if (round >= 0) times[at]?.push(ms);
    });
  }
  return contenders.map(({ name }, at) => {
    const sorted = (times[at] ?? []).sort((a, b) => a - b);
    return {
      name,
      medianMs: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
      minMs: sorted[0] ?? Number.NaN,
    };
  });
}

/** A table of medians and of their ratios to the named floors. */
export function table(timings: readonly Timing[], floors: readonly string[]): string[] {
  const median = (name: string): number => timings.find((one) => one.name === name)?.medianMs ?? Number.NaN;
  const head = ["| command | median ms | min ms |", ...floors.map((floor) => ` x ${floor} |`)].join("");
  const rule = `|---|---|---|${"---|".repeat(floors.length)}`;
  const rows = timings.map(({ name, medianMs, minMs }) => {
    const ratios = floors.map((floor) => ` ${(medianMs / median(floor)).toFixed(2)} |`).join("");
    return `| ${name} | ${medianMs.toFixed(1)} | ${minMs.toFixed(1)} |${ratios}`;
  });
  return [head, rule, ...rows];
}
