import type { Baseline, Level } from "../model.ts";
import type { Quarantined } from "../store/quarantine.ts";
import type { BuildLog } from "./build-log.ts";
import type { Canceller } from "./runner.ts";

export interface RebuildRequest {
  readonly buildId: string;
  readonly level: Level;
  readonly isTyped: boolean;
  readonly canceller: Canceller;
  readonly log: BuildLog;
  readonly outputPath: string;
}

export interface Rebuilt {
  readonly baseline: Baseline;
  readonly moved: readonly Quarantined[];
  readonly warnings: readonly string[];
}
