import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { readElf } from "../../src/verify/elf.ts";
import { inspectLibraries } from "../../src/verify/inspect.ts";
import { needsTorch } from "../../src/verify/torch-parent.ts";
import { compare, formatTally, namesTheSame, tally } from "../helpers/agreement.ts";
import { askLoader } from "../helpers/loader.ts";
import { scratch, thisPython } from "../helpers/native.ts";
import { unpackedWheels } from "../helpers/releases.ts";
import { sabotagedCopies } from "../helpers/sabotaged.ts";
import { seeded, testSeed } from "../helpers/seeded.ts";
import { FEW_WHEELS, TORCH_WHEELS, WHEELS } from "../helpers/wheel-corpus.ts";

const IS_SOAK = process.env["REBUILD_IF_NEEDED_SOAK"] !== undefined;
const python = await thisPython();

/** Wheels in one folder, and what their users import first. */
const CORPORA: readonly { wheels: readonly string[]; first: readonly string[]; copies: number }[] = IS_SOAK
  ? [
      { wheels: WHEELS, first: [], copies: 450 },
      { wheels: TORCH_WHEELS, first: ["torch"], copies: 90 },
    ]
  : [{ wheels: FEW_WHEELS, first: [], copies: 27 }];

/** Larger ones take long to copy, and their damage is of the same kinds. */
const LARGEST_COPIED = 4 * 1024 * 1024;

for (const { wheels, first, copies: count } of CORPORA) {
  const title = `${wheels.length} wheels${first.length > 0 ? `, after ${first.join()}` : ""}`;
  const env = { ...process.env };

  test(`the reader and dlopen agree on every library of ${title}`, async (t) => {
    const site = await unpackedWheels(wheels);
    const files = librariesOf(site);
    const environment = { ...env, PYTHONPATH: site };
    const answers = askLoader(python, files, { first, env: environment });
    const verdicts = await inspectLibraries(files, { interpreter: python, environment });
    const distributions = distributionsIn(site);
    const agreed = new Map<string, { modules: number; agree: number; refused: number }>();
    const defects = verdicts.flatMap((verdict, i) => {
      const answer = answers[i] ?? assert.fail();
      const name = distributions.get(verdict.path) ?? "unknown";
      const row = agreed.get(name) ?? { modules: 0, agree: 0, refused: 0 };
      agreed.set(name, row);
      const outcome = compare(verdict, answer, null);
      row.modules++;
      if (outcome === "agree") row.agree++;
      if (!answer.loads) row.refused++;
      const isRight = outcome === "agree" && namesTheSame(verdict, answer) !== false;
      return isRight ? [] : [`${verdict.path}: ${JSON.stringify(answer)}, ${JSON.stringify(verdict)}`];
    });
    for (const [name, { modules, agree, refused }] of agreed)
      t.diagnostic(`| ${[name, modules, agree, refused].join(" | ")} |`);
    t.diagnostic(`${files.length} libraries`);
    assert.deepEqual(defects, []);
    assert.ok(files.length >= (IS_SOAK && first.length === 0 ? 300 : 3), `${files.length} libraries`);
  });

  test(`the reader and dlopen agree on sabotaged modules of ${title}, and name the same`, async (t) => {
    const site = await unpackedWheels(wheels);
    const seed = testSeed(30);
    t.diagnostic(`seed ${seed}: REBUILD_IF_NEEDED_SEED=${seed} repeats it`);
    const modules = librariesOf(site).filter((path) => isLikeItsUsers(path, first.length > 0));
    const copies = sabotagedCopies(site, modules, scratch(t), count, seeded(seed));
    const files = copies.map(({ path }) => path);
    const environment = { ...env, PYTHONPATH: site };
    const answers = askLoader(python, files, { first, env: environment });
    const verdicts = await inspectLibraries(files, { interpreter: python, environment });
    const { rows, defects } = tally(copies, verdicts, answers);
    for (const line of formatTally(rows)) t.diagnostic(line);
    assert.deepEqual(defects, []);
  });
}

/** The distribution and version that a file came with, by the lists that pip leaves. */
function distributionsIn(site: string): ReadonlyMap<string, string> {
  const infos = readdirSync(site).filter((name) => name.endsWith(".dist-info"));
  const rows = infos.flatMap((info) => {
    const distribution = info.slice(0, -".dist-info".length).replace("-", " ");
    const files = readFileSync(join(site, info, "RECORD"), "utf8").split("\n");
    return files.map((line) => [join(site, line.split(",")[0] ?? ""), distribution] as const);
  });
  return new Map(rows);
}

/** Torch is in the process before what needs it, and before nothing else. */
function isLikeItsUsers(path: string, withTorch: boolean): boolean {
  if (statSync(path).size > LARGEST_COPIED) return false;
  const read = readElf(path);
  if (read.kind !== "elf") return false;
  read.elf.close();
  return needsTorch(read.elf.needed) === withTorch;
}

function librariesOf(site: string): string[] {
  return readdirSync(site, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.so(\.\d+)*$/.test(name))
    .toSorted()
    .map((name) => join(site, name));
}
