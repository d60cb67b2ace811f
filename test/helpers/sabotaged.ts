import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { type Damage, SABOTAGES, sabotage } from "./sabotage.ts";
import type { Random } from "./seeded.ts";

export interface Sabotaged extends Damage {
  /** The damaged copy, and what it is a copy of. */
  readonly path: string;
  readonly original: string;
}

/** Damaged copies of modules below `site`, each in a mirror of it of its own: `$ORIGIN` leads to the same libraries. */
export function sabotagedCopies(
  site: string,
  modules: readonly string[],
  folder: string,
  count: number,
  random: Random,
): Sabotaged[] {
  const made: Sabotaged[] = [];
  for (let round = 0; made.length < count; round++) {
    const kind = SABOTAGES[round % SABOTAGES.length];
    const original = random.pick(modules);
    const damage = kind === undefined ? null : sabotage(original, kind, random);
    if (damage === null) continue; // not every library has versions, or needs another
    const path = mirror(site, original, join(folder, String(made.length)));
    writeFileSync(path, damage.bytes);
    made.push({ ...damage, path, original, bytes: Buffer.alloc(0) });
  }
  return made;
}

/** Folders down to `module` as real ones in `folder`; beside them as links what may hold libraries. */
function mirror(site: string, module: string, folder: string): string {
  let from = site;
  let to = folder;
  for (const part of [...relative(site, dirname(module)).split(sep).filter(Boolean), basename(module)]) {
    mkdirSync(to, { recursive: true });
    for (const entry of readdirSync(from, { withFileTypes: true })) {
      const { name } = entry;
      const holdsLibraries = entry.isDirectory() || /^lib.*\.so/.test(name);
      if (holdsLibraries && name !== part) symlinkSync(join(from, name), join(to, name));
    }
    from = join(from, part);
    to = join(to, part);
  }
  return to;
}
