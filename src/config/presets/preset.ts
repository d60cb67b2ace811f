import type { Extension } from "../../model.ts";
import type { InstalledLookup } from "../installed.ts";
import type { TreeReader } from "../tree-reader.ts";

/**
 * One kind of project. To add one: write a file like `cmake.ts` beside this one and put it into the list of
 * `detect.ts`, before the kinds that would match the same repository.
 */
export interface Preset {
  /** As written in the configuration: `preset = "cmake"`. */
  readonly name: string;
  /** For people, one phrase: what kind of project this is. */
  readonly describe: string;
  /** Does the repository look like one? Reads build files only and runs nothing. */
  matches(tree: TreeReader): boolean;
  extensions(tree: TreeReader, installed: InstalledLookup): readonly Extension[];
}
