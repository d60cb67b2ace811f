/** What a build directory of CMake's makefiles tells: the targets by the File API, the headers by dependency files. */
import { join, resolve } from "node:path";
import type { CMakeReply, CMakeTarget } from "./cmake-file-api.ts";
import { readsOfCommand } from "./custom-command.ts";
import { type MakeRule, parseMakeRules } from "./make-rules.ts";
import { type Asked, unknown } from "./part.ts";

/** Languages whose compilers write dependency files under makefiles (CMake >= 3.20). */
const TELLING = new Set(["C", "CXX", "CUDA", "HIP", "ASM", "OBJC", "OBJCXX"]);

export interface MakefileSurroundings {
  /** What an absolute path is in the work tree; null: not there, or generated. */
  kindOf(path: string): "file" | "folder" | null;
  /** Texts of all `*.d` below a folder. */
  readDepfiles(folder: string): readonly string[];
  readText(path: string): string | null;
}

/** The files behind all targets but programs that nothing else needs. */
export function askCMakeMakefiles(
  folder: string,
  reply: CMakeReply,
  surroundings: MakefileSurroundings,
): Asked {
  const files = new Set<string>(reply.files);
  const folders = new Set<string>();
  const compiled: string[] = [];
  for (const target of neededTargets(reply.targets)) {
    const rules = surroundings.readDepfiles(target.objects).flatMap(parseMakeRules);
    const told = new Set(rules.flatMap((rule) => prerequisites(rule, target.cwd)));
    for (const source of target.compiled) {
      if (!TELLING.has(source.language) || !told.has(source.path)) {
        return unknown(`no dependency file tells of ${source.path} in ${target.name}`);
      }
      compiled.push(source.path);
    }
    for (const path of [...told, ...target.listed]) files.add(path);
    const makefile = surroundings.readText(join(target.objects, "build.make"));
    if (makefile === null) continue; // an interface library has none
    for (const rule of rulesOf(makefile)) for (const path of prerequisites(rule, folder)) files.add(path);
    for (const command of ownCommands(makefile)) {
      const reads = readsOfCommand(command, folder, (path) => surroundings.kindOf(path));
      if (reads.kind === "compiles") return unknown(`${target.name} runs ${reads.program} by itself`);
      for (const path of reads.files) files.add(path);
      for (const path of reads.folders) folders.add(path);
    }
  }
  const made = new Set(reply.targets.flatMap((target) => (isProgram(target) ? [] : target.made)));
  const part = { files, folders, made, compiled, userHeadersOnly: false };
  return { kind: "part", part: { by: ["cmake-file-api", "depfiles"], ...part } };
}

/** Dependencies that CMake writes into a target's makefile: sources, and what custom commands depend on. */
function rulesOf(makefile: string): MakeRule[] {
  const lines = makefile.split("\n").filter((line) => /^[^\t#=]+:/.test(line));
  return parseMakeRules(lines.join("\n"));
}

/** Commands that the project wrote: CMake's own go by `$(CMAKE_COMMAND)`, and compilers by their flags. */
function ownCommands(makefile: string): string[] {
  const lines = makefile.split("\n").filter((line) => line.startsWith("\t") && !line.startsWith("\t@"));
  return lines.map((line) => line.slice(1)).filter((line) => !/\$\((CMAKE_COMMAND|\w+_FLAGS)\)/.test(line));
}

function neededTargets(targets: readonly CMakeTarget[]): Set<CMakeTarget> {
  const found = new Set<CMakeTarget>();
  const open = targets.filter((target) => !isProgram(target));
  for (let target = open.pop(); target !== undefined; target = open.pop()) {
    if (found.has(target)) continue;
    found.add(target);
    for (const place of target.needs) open.push(...targets.slice(place, place + 1));
  }
  return found;
}

function isProgram(target: CMakeTarget): boolean {
  return target.type === "EXECUTABLE";
}

function prerequisites(rule: MakeRule, cwd: string): string[] {
  return rule.prerequisites.map((name) => resolve(cwd, name));
}
