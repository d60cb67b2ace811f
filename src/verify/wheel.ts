import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Interpreter } from "../model.ts";
import { ok, refuse, type Result } from "../report/failure.ts";
import { isLibrary } from "./output-files.ts";
import { parseTags, type WheelTag } from "./wheel-tags.ts";

export interface UnpackedWheel {
  /** As pip would fill site-packages. */
  readonly folder: string;
  /** Libraries and Python files in it, absolute. */
  readonly files: readonly string[];
  readonly tags: readonly WheelTag[];
  drop(): void;
}

/** Unpacks a wheel into a temp folder by the interpreter's own zipfile module; nothing of the wheel runs. */
export async function unpackWheel(
  wheel: string,
  interpreter: Interpreter | null,
): Promise<Result<UnpackedWheel>> {
  if (interpreter === null) {
    return refuse(
      "E302",
      "there is no Python here to unpack a wheel with. Nothing was changed.",
      "install python3",
    );
  }
  const folder = mkdtempSync(join(tmpdir(), "rebuild-if-needed-wheel-"));
  const drop = (): void => rmSync(folder, { recursive: true, force: true });
  const { execa } = await import("execa");
  const result = await execa(interpreter.path, ["-I", "-m", "zipfile", "-e", wheel, folder], {
    reject: false,
    stdin: "ignore",
  });
  const about = result.failed ? null : metadataOf(folder);
  if (about === null) {
    drop();
    return refuse(
      "E104",
      `${wheel} is no wheel that can be unpacked. Nothing was changed.`,
      "rebuild-if-needed verify --wheel FILE.whl",
    );
  }
  spreadData(folder);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => isLibrary(name) || name.endsWith(".py"))
    .filter((name) => !/^[^/]+\.(dist-info|data)\//.test(name))
    .map((name) => join(folder, name))
    .sort();
  return ok({ folder, files, tags: parseTags(about), drop });
}

/** The text of `WHEEL`; null: this is none. */
function metadataOf(folder: string): string | null {
  const info = readdirSync(folder).find((name) => name.endsWith(".dist-info"));
  try {
    return info === undefined ? null : readFileSync(join(folder, info, "WHEEL"), "utf8");
  } catch {
    return null;
  }
}

/** What pip puts beside the rest of site-packages: `NAME.data/purelib` and `NAME.data/platlib`. */
function spreadData(folder: string): void {
  const data = readdirSync(folder).filter((name) => name.endsWith(".data"));
  const parts = data.flatMap((name) => ["purelib", "platlib"].map((kind) => join(folder, name, kind)));
  for (const part of parts.filter(existsSync)) cpSync(part, folder, { recursive: true });
}
