import type { Baseline, Level } from "../model.ts";
import type { Quarantined } from "../store/quarantine.ts";
import type { BuildLog } from "./build-log.ts";
import type { Canceller } from "./runner.ts";

export interface RebuildRequest {
  readonly buildId: string;
  readonly level: Level;
  readonly isTyped: boolean;
  /** True: a clean build goes on with nothing that another one left. */
  readonly fromNothing: boolean;
  readonly canceller: Canceller;
  readonly log: BuildLog;
  readonly outputPath: string;
  /** Gets the fingerprint of each state that is tried: another one, where the tree moved during the first try. */
  readonly onTry: (fingerprint: string) => void;
}

export interface Rebuilt {
  readonly baseline: Baseline;
  readonly moved: readonly Quarantined[];
  readonly warnings: readonly string[];
}
