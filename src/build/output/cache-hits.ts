/** What ccache noted of one build (`CCACHE_STATSLOG`, ccache 4.4 and newer). Pure. */

export interface CacheUse {
  readonly hits: number;
  /** Compilations that could have been in the cache. */
  readonly calls: number;
}

/** Counts the results of each call; links and what cannot be cached do not count. Null when ccache did not run. */
export function parseStatsLog(text: string): CacheUse | null {
  const lines = text.split("\n");
  const hits = lines.filter(
    (line) => line === "direct_cache_hit" || line === "preprocessed_cache_hit",
  ).length;
  const misses = lines.filter((line) => line === "cache_miss").length;
  return hits + misses === 0 ? null : { hits, calls: hits + misses };
}
