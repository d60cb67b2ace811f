/** Every means of one build is asked here. */
import { tmpdir } from "node:os";
import { basename } from "node:path";
import type { BuildAnswer, Level } from "../../model.ts";
import type { Observed, ObservedExtension } from "../../observe.ts";
import { buildFolders, objectFolder } from "../object-folder.ts";
import { findBuildFolders } from "./build-folders.ts";
import { readReply } from "./cmake-file-api.ts";
import { askCMakeMakefiles } from "./cmake-part.ts";
import { readCompileLog } from "./compile-log.ts";
import { depfileTexts } from "./depfile-texts.ts";
import { mesonFiles } from "./meson-files.ts";
import { readNinja, readText } from "./ninja-folder.ts";
import { type NinjaBuild, askNinja } from "./ninja-part.ts";
import { type Asked, unknown } from "./part.ts";
import type { RepoFiles } from "./repo-files.ts";

export interface Material {
  readonly observed: Observed;
  readonly part: ObservedExtension;
  readonly level: Level;
  readonly outputs: readonly string[];
  /** Builds in directories that have gone. */
  readonly ninjas: readonly NinjaBuild[];
  /** The compilers' log, if there is one. */
  readonly log: string | null;
  /** Folders that compilers may have run in. */
  readonly folders: readonly string[];
}

/** What each build directory tells, those that have gone included. */
export function askFolders(material: Material, repo: RepoFiles): Asked[] {
  const { observed, part, outputs } = material;
  const surroundings = {
    wanted: new Set(outputs.map((path) => basename(path))),
    kindOf: (path: string) => repo.kindOf(path),
    readText,
    readDepfiles: depfileTexts,
  };
  const asked: Asked[] = material.ninjas.map((build) => askNinja(build, surroundings));
  const objects = objectFolder(observed.ws, part.extension.name);
  for (const { folder, kind } of findBuildFolders(buildFolders(observed.ws, part.extension))) {
    const reply = readReply(folder);
    // A recipe of setuptools that goes on to CMake cannot be asked beforehand; the compilers' log tells then.
    if (kind === "makefiles" && reply === null && folder.startsWith(objects)) continue;
    if (kind === "makefiles") {
      asked.push(
        reply === null
          ? unknown(`CMake was not asked in ${folder}`)
          : askCMakeMakefiles(folder, reply, surroundings),
      );
      continue;
    }
    const build = readNinja(folder);
    asked.push(build === null ? unknown(`ninja's records in ${folder}`) : askNinja(build, surroundings));
    if (reply !== null) asked.push(buildFilesOnly("cmake-file-api", reply.files));
    const meson = mesonFiles(folder);
    if (meson !== null) asked.push(buildFilesOnly("meson-introspection", meson));
  }
  return asked;
}

/** What compilers told that no build system listened to; null: nothing. */
export function askLog({ observed, part, log, folders }: Material): Asked | null {
  const own = buildFolders(observed.ws, part.extension);
  return log === null ? null : readCompileLog(log, folders, [tmpdir(), "/tmp", ...own]);
}

function buildFilesOnly(by: BuildAnswer["by"][number], files: readonly string[]): Asked {
  const none = { folders: new Set<string>(), made: new Set<string>(), compiled: [], userHeadersOnly: false };
  return { kind: "part", part: { by: [by], files: new Set(files), ...none } };
}
