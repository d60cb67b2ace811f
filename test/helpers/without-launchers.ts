import { existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Sandbox } from "./sandbox.ts";

const LAUNCHERS = new Set(["ccache", "sccache", "distcc", "icecc", "buildcache", "recc"]);

/** The same machine without compile caches on PATH: a folder that holds one is replaced by links to all else in it. */
export function withoutLaunchers(box: Sandbox): Sandbox {
  const entries = (box.environment["PATH"] ?? "").split(":").filter((entry) => !/ccache/.test(entry));
  const path = entries.map((entry, at) => {
    if (![...LAUNCHERS].some((name) => existsSync(join(entry, name)))) return entry;
    const folder = box.path("programs", String(at));
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(entry)) {
      if (!LAUNCHERS.has(name)) symlinkSync(join(entry, name), join(folder, name));
    }
    return folder;
  });
  return box.with({ PATH: path.join(":") });
}
