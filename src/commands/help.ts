import { suggest } from "../config/suggest.ts";
import { ownVersion } from "../package-root.ts";
import { EXIT, failure } from "../report/failure.ts";
import type { Io } from "./io.ts";
import { fail } from "./start.ts";

const HELP = `rebuild-if-needed: your compiled extensions are the build of this source, or you know at once

  rebuild-if-needed            look; restore or rebuild what is stale; verify
      --force --dry-run --json --extension NAME --no-wait
  check                        look only; exit 10 when stale                  --json
  preview [REV]                what would a pull or switch to REV need?       --from REV --stdin --json
  verify [FILE.so ...]         hold outputs, or any library, against what must load   --explain --wheel FILE --json
  init                         detect, configure, adopt the present build, install the hooks   --local --yes --assume-fresh
  install, uninstall           the hooks only                                 --purge
  status                       check, running and last build                  --short --json
  history                      every build with its reasons                   --json
  wait, cancel                 watch or stop the running build
  undo                         put the build before this one back             --list
  doctor                       can a build succeed here? do the hooks fire?   --json
  allow                        let foreign commits of HEAD build              --yes --remote NAME
  exec -- CMD                  make fresh, then run CMD
  why PATH                     would a change of this file rebuild?           --json
  demo                         see the whole job on a small real project

exit: 0 good, 1 failed (old build in place), 2 usage or config, 3 held or blocked, 4 busy, 10 stale, 130 cancelled`;

export function run(_argv: readonly string[], io: Io): Promise<number> {
  io.result(HELP);
  return Promise.resolve(EXIT.good);
}

export function version(io: Io): number {
  io.result(ownVersion());
  return EXIT.good;
}

export function unknownCommand(io: Io, name: string, known: readonly string[]): number {
  const near = suggest(name, known);
  const hint = near === null ? "" : ` Did you mean "${near}"?`;
  return fail(
    io,
    failure("E104", `there is no command "${name}".${hint} Nothing was changed.`, "rebuild-if-needed help"),
  );
}
