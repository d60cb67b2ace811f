/**
 * Our lines in the clone's own git config, between the two marker lines of a hook file. Written as text and not by
 * `git config`, which leaves blank lines and line ends behind when it takes a value out again (seen with 2.39 and 2.55).
 */
import {
  closeSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { ok, refuse, type Result } from "../report/failure.ts";
import { BEGIN, blockOf, END, withBlock, withoutBlock } from "./block.ts";
import { errorCode, readHook } from "./files.ts";
import { configName, HOOK_NAMES, type HookName } from "./hook-names.ts";

/** Lines that let git 2.54 and newer start the scripts in `folder`, whatever is in its hooks folder. */
export function hookSettings(folder: string): string {
  return HOOK_NAMES.flatMap((name) => [
    header(name),
    `\tevent = ${name}`,
    `\tcommand = ${quote(shellWord(join(folder, name)))}`,
  ]).join("\n");
}

/** Lines that let git take its hooks from `folder`; an earlier value stays where it is, and the last one counts. */
export function hooksPathSetting(folder: string): string {
  return `${CORE}\n\thooksPath = ${quote(folder)}`;
}

/** Puts `settings` in, in place of older ones of ours; null takes them out. Nothing is written where nothing changes. */
export function writeConfigBlock(ws: Workspace, settings: string | null): Result<void> {
  try {
    const path = realpathSync(configPath(ws));
    const text = readFileSync(path, "latin1");
    const rest = withoutSettings(text);
    const wanted = settings === null ? rest : withBlock(rest, `${FIRST_LINE}\n${latin1(settings)}\n${END}`);
    if (settings !== null && blockOf(text) === blockOf(wanted)) return ok(undefined);
    if (wanted !== text) replaceLocked(path, wanted);
    return ok(undefined);
  } catch (error) {
    const code = errorCode(error);
    if (code === null) throw error;
    const why = code === "EEXIST" ? "another git holds its lock" : code;
    const path = configPath(ws);
    return refuse("E305", `${path} cannot be written (${why}). It is as it was.`, `ls -l '${path}'*`);
  }
}

/** Our settings as they are in the clone's config, or "" when there are none. Starts no git. */
export function readConfigBlock(ws: Workspace): string {
  return blockOf(readHook(configPath(ws)) ?? "") ?? "";
}

/** True when `settings` let git start this hook of ours. */
export function isConfigured(settings: string, name: HookName): boolean {
  return settings.includes(header(name));
}

/** True when `settings` send git to `folder`. */
export function isHooksPath(settings: string, folder: string): boolean {
  return settings.includes(latin1(hooksPathSetting(folder)));
}

const CORE = "[core]";
const FIRST_LINE = `${BEGIN} written by \`rebuild-if-needed install\`; \`rebuild-if-needed uninstall\` takes it out`;

function configPath(ws: Workspace): string {
  return join(ws.commonDir, "config");
}

/** `git config core.x y` writes into the last section of that name, which may be ours: such lines stay. */
function withoutSettings(text: string): string {
  const block = blockOf(text);
  if (block === null) return text;
  const foreign = block
    .split("\n")
    .slice(1, -1)
    .filter((line) => !OURS.test(line));
  return foreign.length === 0 ? withoutBlock(text) : text.replace(block, () => [CORE, ...foreign].join("\n"));
}

const OURS =
  /^(\[core\]|\[hook "rebuild-if-needed-[a-z-]+"\]|\tevent = post-[a-z-]+|\t(command|hooksPath) = .*[/\\]rebuild-if-needed[/\\].*)$/;

function header(name: HookName): string {
  return `[hook "${configName(name)}"]`;
}

/** As git does it: the lock file is the new text, and its rename is the change. */
function replaceLocked(path: string, text: string): void {
  const lock = `${path}.lock`;
  const descriptor = openSync(lock, "wx", statSync(path).mode & 0o777);
  try {
    writeFileSync(descriptor, text, "latin1");
    closeSync(descriptor);
    renameSync(lock, path);
  } catch (error) {
    rmSync(lock, { force: true });
    throw error;
  }
}

/** One word for the sh that git gives `command` to. */
function shellWord(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

/** A value of git's config, whatever is in it. */
function quote(value: string): string {
  const escaped = value
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n")
    .replaceAll("\t", "\\t");
  return `"${escaped}"`;
}

function latin1(text: string): string {
  return Buffer.from(text).toString("latin1");
}
