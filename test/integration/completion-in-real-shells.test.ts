/** What Tab offers in bash, zsh and fish, asked of these shells themselves. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { COMMAND_NAMES, commandLine, SHELLS, type Shell } from "../../src/command-line/table.ts";
import { createSandbox, type Sandbox } from "../helpers/sandbox.ts";
import { needs } from "../helpers/shells.ts";

/** Words after `rebuild-if-needed`, the last of them being typed, and what is offered for it. */
interface Case {
  readonly words: readonly string[];
  readonly offered: readonly string[];
}

const BARE = ["--force", "--dry-run", "--json", "--extension", "--no-wait", "--help", "--version"];

const CASES: readonly Case[] = [
  { words: [""], offered: COMMAND_NAMES },
  { words: ["ch"], offered: ["check"] },
  { words: ["--"], offered: BARE },
  ...COMMAND_NAMES.filter((name) => name !== "rebuild").map((name) => ({
    words: [name, "--"],
    offered: [...commandLine(name).options.map((option) => `--${option.name}`), "--help"],
  })),
  { words: ["completion", ""], offered: SHELLS },
  { words: ["help", "che"], offered: ["check"] },
  { words: ["why", "sr"], offered: ["src dir/"] },
  { words: ["verify", "--wheel", "a.w"], offered: ["a.whl"] },
  { words: ["preview", "mai"], offered: ["main"] },
  { words: ["preview", "--from", "mai"], offered: ["main"] },
  { words: ["allow", "--remote", "ori"], offered: ["origin"] },
  { words: ["exec", "--", "pytest-for-"], offered: ["pytest-for-completion"] },
  { words: ["nonsense", "--j"], offered: [] },
];

for (const shell of SHELLS) {
  test(`Tab in ${shell}`, needs(shell), async (t) => {
    const box = await prepare(t, shell);
    const answers = await ASK[shell](box);
    for (const [index, { words, offered }] of CASES.entries()) {
      // The shells differ in whether they offer "--" itself and options that a word cannot begin.
      const answer = (answers[index] ?? []).filter((word) => word !== "--" && word !== words.at(-1));
      assert.deepEqual([...new Set(answer)].sort(), [...offered].sort(), words.join(" "));
    }
  });

  test(`the name of a branch is never run by ${shell}`, needs(shell), async (t) => {
    const box = await prepare(t, shell);
    await box.git(box.path("project"), "branch", "x$(touch${IFS}ran)");
    await box.git(box.path("project"), "branch", "x`touch${IFS}ran`");
    const [answer] = await ASK[shell](box, [{ words: ["preview", "x"], offered: [] }]);
    assert.equal(answer?.length, 2, "both are offered");
    const { stdout } = await box.run(box.path("project"), ["ls"]);
    assert.doesNotMatch(stdout, /ran/);
  });
}

test("completion without a shell, or with another", async (t) => {
  const box = createSandbox(t);
  for (const words of [[], ["tcsh"]]) {
    const { code, stdout, stderr } = await box.cli(box.root, "completion", ...words);
    assert.deepEqual(
      [code, stdout, stderr],
      [
        2,
        "",
        "rebuild-if-needed: E104 completion needs a shell: bash, zsh, fish. Nothing was changed. Next: rebuild-if-needed completion bash\n",
      ],
    );
  }
});

type Ask = (box: Sandbox, cases?: readonly Case[]) => Promise<string[][]>;

/** Each prints the words that are offered, one a line, and an empty line after each case. */
const ASK: Readonly<Record<Shell, Ask>> = {
  bash: (box, cases = CASES) =>
    ask(
      box,
      "bash",
      cases.map(
        ({ words }) =>
          `COMP_WORDS=(rebuild-if-needed ${words.map(quote).join(" ")}) COMP_CWORD=${words.length}\n_rebuild_if_needed\n` +
          `for one in "\${COMPREPLY[@]}"; do if [ -d "$one" ]; then one=$one/; fi; echo "$one"; done; echo END`,
      ),
    ),
  fish: (box, cases = CASES) =>
    ask(
      box,
      "fish",
      cases.map(
        ({ words }) =>
          `complete -C ${quote(`rebuild-if-needed ${words.join(" ")}`)} | string replace -r '\\t.*' ''; echo END`,
      ),
    ),
  zsh: async (box, cases = CASES) => {
    box.write("zshrc", zshrc(box.path("told")));
    const told = await ask(box, "zsh", [
      "zmodload zsh/zpty zsh/zselect",
      "zpty typist zsh -f -i",
      `zpty -w typist ${quote(`source ${box.path("completion.zsh")}; source ${box.path("zshrc")}`)}`,
      `told() { until [[ -e ${box.path("told")} && $(grep -c '^END$' ${box.path("told")}) -ge $1 ]]; do`,
      "  while zpty -r -t typist out; do :; done; zselect -t 1",
      "done }",
      "told 0",
      ...cases.flatMap(({ words }, index) => [
        `zpty -w -n typist ${quote(`rebuild-if-needed ${words.join(" ")}`)}$'\\t\\x18\\x18'; told ${index + 1}`,
      ]),
      `cat ${box.path("told")}`,
    ]);
    return told.map((words, index) => words.slice(cases[index]?.words.length));
  },
};

/** Tab puts in all that is offered, and ^X^X writes down the words that stand there then. */
function zshrc(told: string): string {
  return `autoload -Uz compinit; compinit -u -D
compdef _rebuild_if_needed rebuild-if-needed
insert_all() { compstate[insert]=all }
offer() { comppostfuncs=(insert_all); zle complete-word }; zle -N offer; bindkey '\t' offer
tell() { print -rl -- \${(Q)\${(z)BUFFER}} END >>${told}; zle kill-whole-line }; zle -N tell; bindkey '^X^X' tell
PS1=; setopt no_beep; : >>${told}
`;
}

async function ask(box: Sandbox, shell: Shell, lines: readonly string[]): Promise<string[][]> {
  box.write("ask", [`source ${box.path(`completion.${shell}`)}`, ...lines].join("\n"));
  const { stdout, stderr } = await box.run(box.path("project"), [shell, box.path("ask")], {
    limitMs: 60_000,
  });
  assert.equal(stderr, "");
  return stdout
    .split("END\n")
    .slice(0, -1)
    .map((text) => text.split("\n").filter((word) => word !== ""));
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

async function prepare(t: Parameters<typeof createSandbox>[0], shell: Shell): Promise<Sandbox> {
  const outer = createSandbox(t);
  const box = outer.with({ PATH: `${outer.path("bin")}:${outer.environment["PATH"] ?? ""}` });
  const top = await box.repository("project");
  await box.commit(top, "first");
  await box.git(top, "remote", "add", "origin", "/nowhere");
  mkdirSync(join(top, "src dir"));
  box.write(join(top, "a.whl"), "");
  mkdirSync(box.path("bin"));
  writeFileSync(box.path("bin", "pytest-for-completion"), "#!/bin/sh\n", { mode: 0o755 });
  const { code, stdout } = await box.cli(top, "completion", shell);
  assert.equal(code, 0);
  box.write(`completion.${shell}`, stdout);
  return box;
}
