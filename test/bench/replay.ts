/**
 * `npm run bench:replay -- --repo CLONE --pairs FILE [--preset NAME | --config FILE] [--json]`: the tool's answers
 * for labelled pairs of a repository's history. The repository is only read: all happens in a shared clone.
 */
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createSandbox, programUnderTest, type Sandbox } from "../helpers/sandbox.ts";
import { parsePairs, type Pair } from "./pairs.ts";
import { type Answer, renderScore, score } from "./score.ts";

const OPTIONS = {
  repo: { type: "string" },
  pairs: { type: "string" },
  preset: { type: "string" },
  config: { type: "string" },
  json: { type: "boolean" },
} as const;

const cleanups: (() => void)[] = [];

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.repo === undefined || values.pairs === undefined)
    throw new Error("usage: replay --repo CLONE --pairs FILE [--preset NAME | --config FILE] [--json]");
  const pairs = parsePairs(readFileSync(values.pairs, "utf8"));
  const sandbox = createSandbox({ after: (task) => cleanups.push(task) }, { clock: "real" });
  const quick = sandbox.with({ NODE_EXTRA_CA_CERTS: undefined });
  const clone = await cloneAt(quick, resolve(values.repo), pairs);
  const setUp = await configure(quick, clone, values);
  const start = performance.now();
  const answers = await ask(quick, clone, pairs);
  const totalMs = performance.now() - start;
  const result = score(pairs.map((pair, at) => ({ pair, answer: answers[at] ?? UNANSWERED })));
  const timing = { totalMs: Math.round(totalMs), msPerPair: totalMs / pairs.length };
  if (values.json === true) {
    process.stdout.write(`${JSON.stringify({ version: 1, setUp, ...timing, ...result })}\n`);
    return;
  }
  const seconds = (timing.totalMs / 1000).toFixed(1);
  const lines = [
    ...setUp,
    "",
    ...renderScore(result),
    "",
    `${pairs.length} pairs in ${seconds} s, ${timing.msPerPair.toFixed(1)} ms each`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** Never taken for fresh: a pair without an answer would else pass for a correct none. */
const UNANSWERED: Answer = { isFresh: false, reasons: ["the tool gave no answer"] };

/** A clone without copies of objects, at the newest of the commits that the pairs lead to. */
async function cloneAt(sandbox: Sandbox, repo: string, pairs: readonly Pair[]): Promise<string> {
  const folder = sandbox.path("clone");
  await sandbox.git(sandbox.root, "clone", "--quiet", "--shared", "--no-checkout", repo, folder);
  const ids = [...new Set(pairs.map((pair) => pair.to))];
  const listed = await sandbox.run(folder, ["git", "rev-list", "--no-walk=sorted", "--stdin"], {
    input: `${ids.join("\n")}\n`,
  });
  const [newest = ""] = listed.stdout.split("\n");
  if (listed.code !== 0 || newest === "")
    throw new Error(`the pairs are not of this clone: ${listed.stderr}`);
  await sandbox.git(folder, "update-ref", "--no-deref", "HEAD", newest);
  await sandbox.git(folder, "read-tree", newest);
  // Goes on where an object is missing: what was never fetched stays away, as in a partial clone.
  await sandbox.run(folder, ["git", "checkout-index", "--all", "--force", "--quiet"]);
  return folder;
}

/** As a user without a build would: `init`. Gives what it printed. */
async function configure(
  sandbox: Sandbox,
  clone: string,
  given: { readonly preset?: string | undefined; readonly config?: string | undefined },
): Promise<string[]> {
  const state = join(clone, ".git", "rebuild-if-needed");
  const config = join(state, "config.toml");
  mkdirSync(state, { recursive: true });
  if (given.config !== undefined) copyFileSync(given.config, config);
  else if (given.preset !== undefined) sandbox.write(config, `preset = "${given.preset}"\n`);
  const result = await sandbox.cli(clone, "init", "--local", "--yes");
  if (result.code !== 0) throw new Error(`init: exit ${result.code}\n${result.stdout}${result.stderr}`);
  return result.stdout.trimEnd().split("\n");
}

async function ask(sandbox: Sandbox, clone: string, pairs: readonly Pair[]): Promise<Answer[]> {
  const input = pairs.map((pair) => `${pair.from} ${pair.to}\n`).join("");
  const argv = [process.execPath, programUnderTest(), "preview", "--stdin"];
  const result = await sandbox.run(clone, argv, { input, limitMs: 3_600_000 });
  const answers = result.stdout.trimEnd().split("\n").map(parseAnswer);
  if (answers.length !== pairs.length)
    throw new Error(
      `${pairs.length} pairs, ${answers.length} answers (exit ${result.code})\n${result.stderr}`,
    );
  return answers;
}

interface AnswerLine {
  readonly decision?: string;
  readonly extensions?: readonly { readonly reasons: readonly { readonly text: string }[] }[];
  readonly error?: { readonly message: string };
}

function parseAnswer(line: string): Answer {
  const parsed = JSON.parse(line) as AnswerLine;
  if (parsed.error !== undefined) return { isFresh: false, reasons: [parsed.error.message] };
  const reasons = (parsed.extensions ?? []).flatMap((one) => one.reasons.map((reason) => reason.text));
  return { isFresh: parsed.decision === "fresh", reasons };
}

try {
  await main();
} finally {
  for (const cleanup of cleanups) cleanup();
}
