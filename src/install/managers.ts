import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A tool that manages git hooks in this repository, and what its next run does to ours. */
export interface Manager {
  readonly name: "husky" | "lefthook" | "pre-commit" | "simple-git-hooks";
  readonly advice: string;
  /** False: its next run writes over hook files of ours, or takes them away. */
  readonly keepsOurs: boolean;
}

const AGAIN = "run `rebuild-if-needed install` again after it";

/** Finds hook managers by their own configuration files at the top of the work tree. */
export function findManagers(top: string): readonly Manager[] {
  const managers: Manager[] = [];
  if (existsSync(join(top, ".husky"))) {
    managers.push({
      name: "husky",
      advice: "hooks go in through its files; commit those that changed",
      keepsOurs: true,
    });
  }
  if (LEFTHOOK.some((file) => existsSync(join(top, file)))) {
    managers.push({
      name: "lefthook",
      advice: `\`lefthook install\` puts our hooks away as .old where it has hooks of the same name: ${AGAIN}`,
      keepsOurs: false,
    });
  }
  if (
    [".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml"].some((file) =>
      existsSync(join(top, file)),
    )
  ) {
    managers.push({
      name: "pre-commit",
      advice: "`pre-commit install` keeps our hooks and runs them first; nothing to do",
      keepsOurs: true,
    });
  }
  if (usesSimpleGitHooks(top)) {
    managers.push({
      name: "simple-git-hooks",
      advice: `it overwrites and deletes hooks of others: ${AGAIN}`,
      keepsOurs: false,
    });
  }
  return managers;
}

const LEFTHOOK: readonly string[] = ["lefthook", ".lefthook", ".config/lefthook"].flatMap((name) =>
  ["yml", "yaml", "toml", "json", "jsonc"].map((ending) => `${name}.${ending}`),
);

function usesSimpleGitHooks(top: string): boolean {
  const files = ["simple-git-hooks", ".simple-git-hooks"].flatMap((name) =>
    ["json", "js", "cjs", "mjs"].map((ending) => `${name}.${ending}`),
  );
  if (files.some((file) => existsSync(join(top, file)))) return true;
  try {
    const settings: unknown = JSON.parse(readFileSync(join(top, "package.json"), "utf8"));
    return typeof settings === "object" && settings !== null && "simple-git-hooks" in settings;
  } catch {
    return false; // no package.json, or not for us to judge
  }
}
