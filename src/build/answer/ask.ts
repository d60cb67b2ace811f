/**
 * Asks a build what it read. An answer is whole or there is none: a name that is missing would be a rebuild that is
 * missed. Nothing here can make a build fail.
 */
import { rmSync } from "node:fs";
import type { BuildAnswer } from "../../model.ts";
import type { Observed, ObservedExtension } from "../../observe.ts";
import { recipeFolders } from "./recipe-folders.ts";
import { buildFolders } from "../object-folder.ts";
import type { RebuildRequest } from "../rebuild-request.ts";
import { placeQueries } from "./cmake-file-api.ts";
import { COMPILE_LOG_VARIABLE, compileLogPath, mayLogCompiles } from "./compile-log.ts";
import { gather } from "./gather.ts";
import { holdNinjas } from "./held-ninja.ts";
import { isMentioned } from "./search-tree.ts";

/** A build that is being watched. */
export interface Asking {
  /** Variables for the recipe's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** After a good build, once: what it read, or null where that is not known for certain. */
  answer(outputs: readonly string[]): Promise<BuildAnswer | null>;
  /** Ends the watching; nothing happens where it has ended. */
  stop(): void;
}

/** Places the questions of one build. To be called when all that is old has been moved aside. Never throws. */
export async function beginAsking(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
): Promise<Asking> {
  const { ws } = observed;
  const { extension } = part;
  placeQueries(ws.top, extension);
  const log = await chooseLog(observed, part, request).catch(() => null);
  const ours = buildFolders(ws, extension).map((folder) => `${folder}/`);
  const held = holdNinjas(request.buildId, (folder) => ours.some((one) => `${folder}/`.startsWith(one)));
  return {
    environment: log === null ? {} : { [COMPILE_LOG_VARIABLE]: log },
    async answer(outputs) {
      try {
        const folders = recipeFolders(observed, extension);
        const ninjas = held.stop();
        const found = await gather({ observed, part, level: request.level, outputs, ninjas, log, folders });
        if (found.kind === "answer") return found.answer;
        request.log.note(`what this build read is not known for certain: ${found.why}`);
      } catch (error) {
        request.log.note(`what this build read is not known: ${String(error)}`);
      }
      return null;
    },
    stop: () => void held.stop(),
  };
}

/** Where compilers shall write their log; null: they are not asked. */
async function chooseLog(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
): Promise<string | null> {
  const place = compileLogPath(observed.ws.stateDir, request.buildId);
  if (place.includes(" ")) return null; // gcc takes what follows a blank for the name of a target
  rmSync(place, { force: true }); // of a lower rung that was tried before
  return (await canLog(observed, part)) ? place : null;
}

/** Not where somebody uses the variable already, and not with a compile cache. */
async function canLog(observed: Observed, part: ObservedExtension): Promise<boolean> {
  const { ws, environment } = observed;
  if (process.env[COMPILE_LOG_VARIABLE] !== undefined || process.env["SUNPRO_DEPENDENCIES"] !== undefined) {
    return false;
  }
  const launchers = Object.entries(process.env).filter(([name]) => /LAUNCHER|WRAPPER/.test(name));
  const { tools } = part.observation.fingerprint.toolchain;
  return mayLogCompiles({
    path: environment.path,
    words: [
      ...Object.values(environment.variables),
      ...launchers.map(([, value]) => value ?? ""),
      ...part.extension.recipe.flat(),
      ...tools.flatMap((tool) => tool.files.map((file) => file.path)),
    ],
    isLauncherMentioned: () => isMentioned(ws.top, "s?ccache|distcc|icecc|buildcache", BUILD_FILES),
  });
}

/** Where a build would say that it uses a compile cache, as git pathspecs. */
const BUILD_FILES = [
  "*.py",
  "*.cmake",
  "*CMakeLists.txt",
  "*.toml",
  "*.cfg",
  "*meson.build",
  "*.sh",
  "*Makefile",
];
