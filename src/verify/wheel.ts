import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Interpreter } from "../model.ts";
import { ok, refuse, type Result } from "../report/failure.ts";

export interface UnpackedWheel {
  readonly folder: string;
  /** Libraries and Python files in it, absolute. */
  readonly files: readonly string[];
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
  if (result.failed) {
    drop();
    return refuse(
      "E104",
      `${wheel} is no wheel that can be unpacked. Nothing was changed.`,
      "rebuild-if-needed verify --wheel FILE.whl",
    );
  }
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(so|py)$/.test(name) && !name.includes(".dist-info/"))
    .map((name) => join(folder, name))
    .sort();
  return ok({ folder, files, drop });
}
