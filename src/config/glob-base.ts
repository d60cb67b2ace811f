/** The part of a glob before its first wildcard, as a folder: `csrc/**` -> `csrc`; of `**` + `/*.cu` it is the top, "". */
export function globBase(glob: string): string {
  const parts = glob.split("/");
  const wild = parts.findIndex((part) => /[*?[\]{}()!+@]/.test(part));
  return (wild === -1 ? parts.slice(0, -1) : parts.slice(0, wild)).join("/");
}

/** True when a glob can match below the folder of its fixed part. */
export function isDeep(glob: string): boolean {
  if (glob.startsWith("!") || !isWild(glob)) return false;
  const rest = glob.slice(globBase(glob).length).replace(/^\//, "");
  return rest.includes("/") || rest.includes("**");
}

/** True for more than the path of one file. */
export function isWild(glob: string): boolean {
  return /[*?[\]{}]/.test(glob);
}
