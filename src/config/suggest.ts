/** The candidate that `word` most likely was meant to be, or null when none is near. */
export function suggest(word: string, candidates: readonly string[]): string | null {
  const limit = Math.max(word.length > 3 ? 2 : 1, Math.floor(word.length / 3));
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const distance = isNear(word, candidate) ? 1 : editDistance(word.toLowerCase(), candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** `build_dirs` for `build-dirs`, `input` for `inputs`, `env` for `environment`. */
function isNear(word: string, candidate: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replace(/[-_ ]/g, "");
  return plain(word) === plain(candidate) || (word.length >= 3 && candidate.startsWith(word.toLowerCase()));
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
