/** One process that a build would start. */
export interface PlannedCommand {
  readonly cwd: string;
  readonly argv: readonly string[];
}
