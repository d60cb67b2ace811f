/** Tools that people run after a pull today: their real hooks. */
import { mkdirSync, renameSync } from "node:fs";
import type { Sandbox } from "../helpers/sandbox.ts";
import { pythonVenv } from "../helpers/venv.ts";
import { must } from "./pulls.ts";

export interface Peer {
  readonly name: string;
  /** Folder with its `post-merge`. */
  readonly folder: string;
  /** PATH on which it is found. */
  readonly path: string;
}

const LEFTHOOK_CONFIG = `post-merge:
  jobs:
    - name: native
      files: git diff-tree -r --name-only --no-commit-id ORIG_HEAD HEAD
      glob: "csrc/**"
      run: echo {files}
`;
const PRE_COMMIT_CONFIG = `repos:
  - repo: local
    hooks:
      - {id: native, name: native, language: system, entry: echo, files: ^csrc/, stages: [post-merge]}
`;

/** Installs lefthook, husky with run-if-changed, and pre-commit for the clone at `top`, and gives the hooks that they made. */
export async function installPeers(box: Sandbox, top: string): Promise<Peer[]> {
  const tools = box.path("bench", "tools");
  const packages = ["lefthook@2.2.2", "husky@9.1.7", "@hkdobrev/run-if-changed@0.6.3"];
  await must(box, top, [
    "npm",
    "install",
    "--no-audit",
    "--no-fund",
    "--silent",
    "--prefix",
    tools,
    ...packages,
  ]);
  const venv = await pythonVenv(box, box.path("bench", "venv"), ["pre-commit==4.3.0"]);
  const path = `${tools}/node_modules/.bin:${venv.folder}/bin:${box.environment["PATH"] ?? ""}`;
  const run = (...argv: string[]): Promise<void> => must(box, top, argv, undefined, { PATH: path });
  const keep = (name: string): string => {
    const folder = `${top}/.git/${name}`;
    mkdirSync(folder);
    renameSync(`${top}/.git/hooks/post-merge`, `${folder}/post-merge`);
    return folder;
  };

  box.write(`${top}/lefthook.yml`, LEFTHOOK_CONFIG);
  await run("lefthook", "install");
  const lefthook = keep("lefthook-hooks");

  box.write(`${top}/.pre-commit-config.yaml`, PRE_COMMIT_CONFIG);
  await run("pre-commit", "install", "--hook-type", "post-merge");
  const preCommit = keep("pre-commit-hooks");

  box.write(`${top}/package.json`, JSON.stringify({ "run-if-changed": { "csrc/**": "echo changed" } }));
  box.write(`${top}/.husky/post-merge`, "run-if-changed\n");
  await run("husky");
  await run("git", "config", "--unset", "core.hooksPath");

  return [
    { name: "lefthook 2.2.2", folder: lefthook, path },
    { name: "husky 9.1.7 + run-if-changed 0.6.3", folder: `${top}/.husky/_`, path },
    { name: "pre-commit 4.3.0", folder: preCommit, path },
  ];
}
