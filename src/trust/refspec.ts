/** One `remote.<name>.fetch` value that writes refs here; `*` stands at most once on each side. */
export interface Refspec {
  readonly remote: string;
  /** Ref of the server. */
  readonly source: string;
  /** Ref of this clone. */
  readonly destination: string;
}

/** @returns null for a refspec that writes nothing: a negative one, or one without a destination. */
export function parseRefspec(remote: string, text: string): Refspec | null {
  const [source = "", destination = ""] = text.replace(/^\+/, "").split(":");
  if (source === "" || destination === "" || source.startsWith("^")) return null;
  return { remote, source, destination: destination.replace(/^remotes\//, "refs/remotes/") };
}

/** The server's ref that `refspec` writes to `ref` here; null when it writes elsewhere. */
export function sourceOf(refspec: Refspec, ref: string): string | null {
  const { source, destination } = refspec;
  const star = destination.indexOf("*");
  if (star === -1) return destination === ref ? source : null;
  const head = destination.slice(0, star);
  const tail = destination.slice(star + 1);
  if (ref.length < head.length + tail.length || !ref.startsWith(head) || !ref.endsWith(tail)) return null;
  const matched = ref.slice(head.length, ref.length - tail.length);
  return source.replace("*", () => matched);
}

/** True for refs that the server calls branches. */
export function isBranch(serverRef: string): boolean {
  return serverRef.startsWith("refs/heads/");
}
