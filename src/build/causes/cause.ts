/** One known reason for a failed build or load. */
export interface CauseRow {
  /** Starts with fixed words or a line, so that long logs stay cheap. Installers indent what they hand on. */
  readonly pattern: RegExp;
  /** One sentence: what is wrong. `$1` stands for the first group of the pattern, or the first that matched. */
  readonly cause: string;
  /** What to do or type. */
  readonly fix: string;
}

/** A clean build by hand. */
export const REBUILD = "rebuild-if-needed --force";
