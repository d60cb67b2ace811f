/** What the probe found about one subject. `error` is null or Python's words, `Type: message`. */
export interface ProbeEvent {
  readonly kind: "source" | "library" | "module" | "operator" | "lookup";
  readonly subject: string;
  readonly error: string | null;
  /** File that the module was loaded from. */
  readonly file: string | null;
  /** File that the importer takes for this module from the same folder. */
  readonly winner: string | null;
  /** Names that were asked for and that the module lacks. */
  readonly missing: readonly string[];
  readonly schemas: readonly string[];
  /** How functions among the names that were asked for are called, as Python writes it; without those that do not tell. */
  readonly signatures: ReadonlyMap<string, readonly string[]>;
  /** Dispatch keys that the operator has a kernel for; null: this torch does not tell. */
  readonly kernels: readonly string[] | null;
}

interface ParsedEvents {
  readonly events: readonly ProbeEvent[];
  /** Subject that was begun and not finished. */
  readonly at: string | null;
  readonly isComplete: boolean;
}

/** Reads the lines that the probe wrote. A line that is cut short or strange is passed over. */
export function parseEvents(text: string): ParsedEvents {
  const events: ProbeEvent[] = [];
  let at: string | null = null;
  let isComplete = false;
  for (const line of text.split("\n")) {
    const value = parseLine(line);
    const kind = value?.["kind"];
    const subject = value?.["subject"];
    if (kind === "end") isComplete = true;
    if (value === null || typeof subject !== "string") continue;
    if (kind === "begin") at = subject;
    if (isKind(kind)) {
      at = null;
      events.push({
        kind,
        subject,
        error: textOf(value["error"]),
        file: textOf(value["file"]),
        winner: textOf(value["winner"]),
        missing: textsOf(value["missing"]),
        schemas: textsOf(value["schemas"]),
        signatures: listsOf(value["signatures"]),
        kernels: Array.isArray(value["kernels"]) ? textsOf(value["kernels"]) : null,
      });
    }
  }
  return { events, at, isComplete };
}

function isKind(kind: unknown): kind is ProbeEvent["kind"] {
  return (
    kind === "source" || kind === "library" || kind === "module" || kind === "operator" || kind === "lookup"
  );
}

function parseLine(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function listsOf(value: unknown): Map<string, string[]> {
  if (typeof value !== "object" || value === null) return new Map();
  return new Map(Object.entries(value).map(([name, list]) => [name, textsOf(list)]));
}
