import type { BuildAnswer } from "../../model.ts";

/** What one build directory, or one log of compilers, tells. Paths are absolute, and not yet looked up in the tree. */
export interface Part {
  readonly by: readonly BuildAnswer["by"][number][];
  /** Read by compilers, commands and the build system. */
  readonly files: ReadonlySet<string>;
  /** Handed to commands of the project's own: what is below them may have been read. */
  readonly folders: ReadonlySet<string>;
  /** Base names of what it makes of those files, as far as it is complete for them. */
  readonly made: ReadonlySet<string>;
  /** Sources that were compiled, one for each object; a name without a folder where the folder is not known. */
  readonly compiled: readonly string[];
  /** Headers of folders given by `-isystem`, and marked as the system's, may be missing. */
  readonly userHeadersOnly: boolean;
}

/** A means that could be asked, or why what it says may be short. */
export type Asked =
  | { readonly kind: "part"; readonly part: Part }
  | { readonly kind: "unknown"; readonly why: string };

export function unknown(why: string): Asked {
  return { kind: "unknown", why };
}
