/** What a bank must hold: what lies where before an operation, and the two ways in which it may lie afterwards. */
import assert from "node:assert/strict";
import { type Bank, type Files, minesAtFirst, outputsOf, productsOf, sourceId } from "./bank-project.ts";

/** How an operation has ended, as the baseline on disk tells. */
export type Outcome = "old" | "rebuilt" | "restored";

export interface Model {
  /** Source of the outputs that are there, and what of those a person has edited or deleted. */
  readonly built: string;
  readonly source: string;
  readonly isFresh: boolean;
  /** All sources that have been built so far, oldest first. */
  readonly everBuilt: readonly string[];
  setSource(text: string): void;
  /** A person writes a file; `null` deletes it. */
  edit(path: string, content: string | null): void;
  /** From now on a person may save this content over their own `pkg/mine.py` at any moment. */
  mayBeSaved(content: string): void;
  /** Holds what is there against what must be there. Throws where anything is lost, left over or mixed. */
  settle(options?: { readonly mayLackNotes: boolean }): Outcome;
  /** What the importer finds at each output must be one of these, whatever died. */
  assertImportable(next: string): void;
}

export function modelOf(bank: Bank): Model {
  const mine = minesAtFirst();
  /** A person's content over an output or at the place of a product: in place, until a build succeeds. */
  const over = new Map<string, string | null>();
  /** Contents that must be in quarantine, and where they were. */
  const kept = new Map<string, string>();
  /** Of those, what a full disk has left without a note: its place tells its name. */
  const nameless = new Set<string>();
  const everBuilt = ["t0"];
  let built = "t0";
  let products = "t0";
  let source = "t0";
  let saving: string | null = null;
  let buildId = bank.baseline().buildId;

  const present = (): Map<string, string> => {
    const all = new Map([...productsOf(products), ...outputsOf(built), ...mine]);
    for (const [path, content] of over) {
      if (content === null) all.delete(path);
      else all.set(path, content);
    }
    return all;
  };

  /** After a good end: what a person had over outputs or products is in quarantine, unless it had been left alone. */
  const displace = (outcome: Outcome): void => {
    const owned = new Set([...outputsOf(built).keys(), ...productsOf(products).keys()]);
    for (const [path, content] of over) {
      const isReplaced = outcome === "rebuilt" || !path.startsWith("work/") || path === "work/lib/inside.py";
      if (!isReplaced) continue;
      over.delete(path);
      if (content === null) continue;
      if (owned.has(path)) kept.set(content, path);
      else mine.set(path, content);
    }
  };

  const settleSaved = (): void => {
    if (saving === null) return;
    const old = mine.get("pkg/mine.py") ?? "";
    const now = bank.files().get("pkg/mine.py");
    const quarantined = bank.quarantined();
    if (now === saving) {
      mine.set("pkg/mine.py", saving);
    } else if (quarantined.has(saving) || bank.hasSaved()) {
      assert.equal(now, old);
      kept.set(saving, "pkg/mine.py");
    }
    saving = null;
  };

  return {
    get built() {
      return built;
    },
    get source() {
      return source;
    },
    get isFresh() {
      return built === source && [...over.keys()].every((path) => !outputsOf(built).has(path));
    },
    everBuilt,
    setSource(text) {
      source = text;
      bank.writeSource(text);
    },
    edit(path, content) {
      bank.edit(path, content);
      over.set(path, content);
    },
    mayBeSaved(content) {
      saving = content;
    },
    settle({ mayLackNotes } = { mayLackNotes: false }) {
      const baseline = bank.baseline();
      let outcome: Outcome = "old";
      if (baseline.buildId !== buildId) {
        buildId = baseline.buildId;
        outcome = baseline.origin === "restored" ? "restored" : "rebuilt";
        const text = [...everBuilt, source].find((one) => baseline.sourceId.includes(sourceId(one)));
        assert.ok(text !== undefined, `a baseline of a source that never was: ${baseline.sourceId}`);
        const isAway = new Set([...outputsOf(built).keys()].filter((path) => !outputsOf(text).has(path)));
        built = text;
        if (outcome === "rebuilt") products = text;
        for (const path of isAway) {
          const content = over.get(path);
          over.delete(path);
          if (content) kept.set(content, path);
        }
        displace(outcome);
        if (!everBuilt.includes(text)) everBuilt.push(text);
      }
      settleSaved();
      assert.deepEqual(sorted(bank.files()), sorted(present()), `not what a tree that is ${outcome} holds`);
      const quarantined = bank.quarantined();
      for (const [content, path] of kept) {
        assert.ok(quarantined.has(content), `lost: what a person had at ${path}: ${content}`);
        const noted = quarantined.get(content);
        if (noted === null && mayLackNotes) nameless.add(content);
        if (!nameless.has(content)) assert.equal(noted, path, "the note names the place");
      }
      return outcome;
    },
    assertImportable(next) {
      const files = bank.files();
      const wanted = outputsOf(next);
      for (const [path, old] of present()) {
        if (!outputsOf(built).has(path) || path.startsWith("work/")) continue;
        if (!wanted.has(path)) continue;
        const now = files.get(path);
        assert.ok(now === old || now === wanted.get(path), `${path} holds ${JSON.stringify(now)}`);
      }
    },
  };
}

function sorted(files: Files): [string, string][] {
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1));
}
