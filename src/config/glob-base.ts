/** The part of a glob before its first wildcard, as a folder: `csrc/**` -> `csrc`; of `**` + `/*.cu` it is the top, "". */
export function globBase(glob: string): string {
  const parts = glob.split("/");
  const wild = parts.findIndex((part) => /[*?[\]{}()!+@]/.test(part));
  return (wild === -1 ? parts.slice(0, -1) : parts.slice(0, wild)).join("/");
}
