import { relative } from "node:path";
import type { Journal } from "../../src/build/journal.ts";

/** What the journal of the real build says of it, in the dry run's words. */
export function realMoves(top: string, text: string): string[] {
  const journal: Journal = JSON.parse(text);
  const show = (path: string): string => (path.startsWith(`${top}/`) ? relative(top, path) : path);
  const files = journal.files.filter(({ existed, how }) => existed && how !== "copy");
  const folders = journal.folders.filter(({ existed }) => existed);
  return [
    ...files.map(({ path, how, isForeign }) => {
      const after = isForeign ? "; it is not of our build, so it goes to quarantine" : "";
      return how === "link"
        ? `keep a second name of ${show(path)}`
        : `put ${show(path)} aside, with a stand-in in its place${after}`;
    }),
    ...folders.map(({ path, standIns }) => {
      const inside = standIns.length === 0 ? "" : `, with stand-ins for ${standIns.join(", ")}`;
      return `move ${show(path)}/ aside${inside}`;
    }),
  ].sort();
}
