import { readFileSync } from "node:fs";
import { crypto } from "../late-modules.ts";

/** Lines of a RECORD that say how and where it was installed, not what. pip and uv write different ones. */
const INSTALLER_FILES =
  /\.dist-info\/(?:INSTALLER|REQUESTED|RECORD(?:\.\w+)?|direct_url\.json|uv_cache\.json|uv_build\.json|provenance_url\.json)$/;

/**
 * Hash of what a distribution's RECORD lists, equal for a reinstall of the same wheel by any installer: without
 * byte code, installer's notes, and scripts, whose first line holds the environment's path. Null when unreadable.
 * @param record path of the RECORD.
 */
export function recordMeaning(record: string): string | null {
  let text: string;
  try {
    text = readFileSync(record, "utf8");
  } catch {
    return null;
  }
  const kept = text
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .filter((line) => {
      const path = line.replace(/,[^,]*,[^,]*$/, "").replace(/^"(.*)"$/, "$1");
      return (
        !path.endsWith(".pyc") && !INSTALLER_FILES.test(path) && !/(?:^|\/)\.\.\/(?:bin|Scripts)\//.test(path)
      );
    })
    .sort();
  return crypto().createHash("sha256").update(kept.join("\n")).digest("hex");
}
