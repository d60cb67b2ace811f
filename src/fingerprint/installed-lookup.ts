import { NOTHING_KNOWN, type InstalledLookup } from "../config/installed.ts";
import type { EnvironmentOfRecord } from "../model.ts";
import { findDistributions, normaliseName } from "./distributions.ts";

/** What a preset may ask of the environment of record (which device torch is built for, say). */
export function installedLookup(record: EnvironmentOfRecord | null): InstalledLookup {
  if (record === null) return NOTHING_KNOWN;
  const sitePackages = record.interpreter?.sitePackages ?? [];
  return {
    version: (name) => {
      const wanted = normaliseName(name);
      return findDistributions(sitePackages, [wanted]).get(wanted)?.version ?? null;
    },
    variable: (name) => record.variables[name] ?? null,
  };
}
