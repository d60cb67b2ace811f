/** Hooks after a pull that changed Python files alone: ours beside the floor and beside other tools. */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import type { Sandbox } from "../helpers/sandbox.ts";
import { type Contender, interleave, table } from "./interleave.ts";
import { installPeers, type Peer } from "./peers.ts";
import { cloneOf, makeHistory, NATIVE, pull, type Pulled, pulledClone, type Size } from "./pulls.ts";

const SIZES: readonly Size[] = [
  { tracked: 5_000, changed: 100 },
  { tracked: 100_000, changed: 100 },
  { tracked: 100_000, changed: 85_000 },
];

/** Larger pulls write so many files that no hook shows beside them. */
const MOST_IN_A_MERGE = 1000;

const FLOOR = "sh -c 'git rev-parse HEAD'";

type Environment = Readonly<Record<string, string>>;

/** Prints a table of hooks called directly for each size, and one of whole merges for the small pulls. */
export async function benchHooks(box: Sandbox, rounds: number): Promise<void> {
  const env: Record<string, string> = { ...box.environment };
  delete env["NODE_EXTRA_CA_CERTS"]; // our hook starts Node without it; the others pay 80 ms for it
  for (const size of SIZES) {
    const source = await makeHistory(box, size);
    const known = await pulledClone(box, source, "known", '"csrc/**"');
    const dirty = await pulledClone(box, source, "dirty", '"csrc/**"', "csrc/d0/k0.cu");
    const anywhere = await pulledClone(box, source, "anywhere", '"**/*.cu", "csrc/core.txt"');
    const bare = await cloneOf(box, source, "bare");
    const peers = await installPeers(box, bare);
    await pull(box, bare);
    const direct = [
      { name: FLOOR, argv: ["sh", "-c", "git rev-parse HEAD"], cwd: bare, env },
      { name: "sh -c 'exit 0'", argv: ["sh", "-c", "exit 0"], cwd: bare, env },
      firstLook("sources in known folders", known, env),
      secondLook("sources in known folders", known, env),
      secondLook("a dirty native file", dirty, env),
      firstLook("sources anywhere", anywhere, env),
      secondLook("sources anywhere", anywhere, env),
      ...peers.map((peer) => peerHook(peer, bare, env)),
    ] as const satisfies readonly Contender[];
    const { tracked, changed } = size;
    print(
      `${tracked} tracked files, ${NATIVE} of them native; a pull has changed ${changed} Python files; ${rounds} runs each`,
      table(interleave(direct, rounds), [FLOOR]),
    );
    if (changed <= MOST_IN_A_MERGE) {
      const none = merge("no hook", bare, "/dev/null", env);
      const merges = [
        none,
        merge("ours", known.top, `${known.top}/.git/hooks`, env),
        ...peers.map((peer) => merge(peer.name, bare, peer.folder, { ...env, PATH: peer.path })),
      ];
      print("The whole merge", table(interleave(merges, rounds), [none.name]));
    }
    rmSync(box.path("bench"), { recursive: true, force: true });
  }
}

function firstLook(name: string, { top, forget }: Pulled, env: Environment): Contender {
  return { ...secondLook(name, { top, forget }, env), name: `ours, ${name}, first look`, before: forget };
}

function secondLook(name: string, { top }: Pulled, env: Environment): Contender {
  return { name: `ours, ${name}`, argv: [`${top}/.git/hooks/post-merge`, "0"], cwd: top, env };
}

function peerHook({ name, folder, path }: Peer, top: string, env: Environment): Contender {
  return { name, argv: [`${folder}/post-merge`, "0"], cwd: top, env: { ...env, PATH: path } };
}

function merge(name: string, top: string, hooks: string, env: Environment): Contender {
  return {
    name: `git merge, ${name}`,
    argv: ["git", "-c", `core.hooksPath=${hooks}`, "merge", "--quiet", "--ff-only", "origin/new"],
    cwd: top,
    env,
    before() {
      const back = ["-c", "core.hooksPath=/dev/null", "reset", "--quiet", "--hard", "origin/main"];
      spawnSync("git", back, { cwd: top, env, stdio: "ignore" });
    },
  };
}

function print(title: string, lines: readonly string[]): void {
  process.stdout.write(`${title}\n\n${lines.join("\n")}\n\n`);
}
