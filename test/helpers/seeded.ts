/** Numbers that look random and are the same for the same seed, on every machine. */
export interface Random {
  /** At least 0, below 1. */
  number(): number;
  /** A whole number at least 0 and below `end`. */
  below(end: number): number;
  /** True about once in `times`. */
  oneIn(times: number): boolean;
  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T;
  /** `items` in another order. */
  shuffle<T>(items: readonly T[]): T[];
}

/** The generator of a seed (mulberry32). */
export function seeded(seed: number): Random {
  let at = seed | 0;
  const number = (): number => {
    at = (at + 0x6d2b79f5) | 0;
    let mixed = Math.imul(at ^ (at >>> 15), 1 | at);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (end: number): number => Math.floor(number() * end);
  return {
    number,
    below,
    oneIn: (times) => below(times) === 0,
    pick<T>(items: readonly T[]): T {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error("nothing to pick from");
      return item;
    },
    shuffle<T>(items: readonly T[]): T[] {
      const rest = [...items];
      for (let end = rest.length - 1; end > 0; end--) {
        const other = below(end + 1);
        const [a, b] = [rest[end], rest[other]];
        if (a !== undefined && b !== undefined) [rest[end], rest[other]] = [b, a];
      }
      return rest;
    },
  };
}

/**
 * The seed of a test: the same one each time, so that a failure says something of the change that is tested; in a soak
 * another one each time. `REBUILD_IF_NEEDED_SEED` repeats a run.
 */
export function testSeed(ordinary: number): number {
  const isSoak = process.env["REBUILD_IF_NEEDED_SOAK"] !== undefined;
  return Number(process.env["REBUILD_IF_NEEDED_SEED"] ?? (isSoak ? Date.now() % 1_000_000 : ordinary));
}
