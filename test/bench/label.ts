/**
 * `npm run bench:label -- --repo CLONE --kind KIND [--range A..B] --out FILE`: labelled pairs of a history, made from
 * what the project's own build system says, by code that shares nothing with the tool.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { renderPairs } from "./pairs.ts";
import { walkBuilds } from "./label/built.ts";
import { flashAttention } from "./label/flash-attention.ts";
import { walkTexts } from "./label/static-labeler.ts";
import { vllm } from "./label/vllm.ts";
import { pairsOf, type Step } from "./label/walk.ts";

const OPTIONS = {
  repo: { type: "string" },
  kind: { type: "string" },
  range: { type: "string", default: "HEAD" },
  out: { type: "string" },
  python: { type: "string", multiple: true },
  submodules: { type: "string" },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  const { repo, kind, out } = values;
  if (repo === undefined || kind === undefined || out === undefined)
    throw new Error("usage: label --repo CLONE --kind vllm|flash-attention|build [--range A..B] --out FILE");
  const steps = await stepsOf(kind, values, repo);
  const { pairs, leftOut } = pairsOf(steps);
  const short = pairs.map((pair) => ({ ...pair, from: pair.from.slice(0, 10), to: pair.to.slice(0, 10) }));
  const [first, last] = [steps[0]?.id.slice(0, 10) ?? "", steps.at(-1)?.id.slice(0, 10) ?? ""];
  const remarks = [
    `${kind}, ${first} to ${last}: ${steps.length} first-parent commits, ${leftOut} pairs of neighbours left out`,
  ];
  writeFileSync(out, renderPairs(remarks, short));
  process.stdout.write(`${remarks.join("\n")}\n`);
}

async function stepsOf(
  kind: string,
  {
    range,
    python,
    submodules,
  }: { range: string; python?: string[] | undefined; submodules?: string | undefined },
  repo: string,
): Promise<Step[]> {
  switch (kind) {
    case "vllm":
      return walkTexts(repo, range, vllm);
    case "flash-attention":
      return walkTexts(repo, range, flashAttention);
    case "build": {
      const say = (line: string): void => void process.stderr.write(`${line}\n`);
      return walkBuilds({ repo, range, pythons: python ?? ["python3"], submodules: submodules ?? null, say });
    }
    default:
      throw new Error(`no labeler named ${kind}`);
  }
}

await main();
