/** The idle hook, and the long way of `check`. */
import { appendFileSync } from "node:fs";
import { programUnderTest, type Sandbox } from "../helpers/sandbox.ts";
import { type Contender, interleave, table } from "./interleave.ts";

/** A project of `native` C++ files among `others` Python files; one module is compiled by a plain script. */
async function project(sandbox: Sandbox, native: number, others: number): Promise<string> {
  const folder = await sandbox.repository("project");
  for (let at = 0; at < native; at++)
    sandbox.write(`project/csrc/d${at % 20}/k${at}.cu`, `// kernel ${at}\n`);
  for (let at = 0; at < others; at++) sandbox.write(`project/lib/p${at % 100}/m${at}.py`, `x = ${at}\n`);
  sandbox.write(
    "project/csrc/core.c",
    '#include <Python.h>\nstatic struct PyModuleDef d = {PyModuleDef_HEAD_INIT, "_C", 0, -1, 0};\nPyMODINIT_FUNC PyInit__C(void) { return PyModule_Create(&d); }\n',
  );
  sandbox.write(
    "project/build.py",
    `import subprocess, sysconfig\ninc = sysconfig.get_paths()["include"]\nout = "pkg/_C" + sysconfig.get_config_var("EXT_SUFFIX")\nsubprocess.check_call(["gcc", "-shared", "-fPIC", "-I" + inc, "csrc/core.c", "-o", out])\n`,
  );
  sandbox.write("project/pkg/__init__.py", "");
  sandbox.write("project/.gitignore", "*.so\n__pycache__/\n");
  sandbox.write(
    "project/rebuild-if-needed.toml",
    '[[extension]]\nname = "core"\ninputs = ["csrc/**", "build.py"]\noutputs = ["pkg/*.so"]\nrecipe = [["python", "build.py"]]\n',
  );
  await sandbox.commit(folder, "one");
  return folder;
}

/** The same with NODE_EXTRA_CA_CERTS, which Node reads and parses at every start, where the machine has it set. */
function withCertificates(
  node: string,
  cli: string,
  common: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Contender[] {
  const file = process.env["NODE_EXTRA_CA_CERTS"];
  if (file === undefined) return [];
  const env = { ...common.env, NODE_EXTRA_CA_CERTS: file };
  return [
    { name: "node -e 0, extra CA certificates", argv: [node, "-e", "0"], cwd: common.cwd, env },
    { name: "check, extra CA certificates", argv: [node, cli, "check"], cwd: common.cwd, env },
  ];
}

/** Prints the tables. */
export async function benchLooks(sandbox: Sandbox, rounds: number): Promise<void> {
  const plain: Record<string, string> = { ...sandbox.environment };
  delete plain["NODE_EXTRA_CA_CERTS"];
  const cwd = await project(sandbox, 600, 4000);
  const cli = programUnderTest();
  for (const args of [["init", "--yes"], []]) {
    const result = await sandbox.cli(cwd, ...args);
    if (result.code !== 0) throw new Error(result.stderr);
  }
  const node = process.execPath;
  const common = { cwd, env: plain };
  const hook = [`${cwd}/.git/hooks/post-merge`, "0"] as const;
  process.stdout.write(`600 native and 4000 other files, ${rounds} interleaved runs each\n\n`);
  const idle = interleave(
    [
      { name: "sh -c 'git rev-parse HEAD'", argv: ["sh", "-c", "git rev-parse HEAD"], ...common },
      { name: "node -e 0", argv: [node, "-e", "0"], ...common },
      { name: "idle hook", argv: hook, ...common },
      { name: "long decision (check)", argv: [node, cli, "check"], ...common },
      ...withCertificates(node, cli, common),
    ],
    rounds,
  );
  process.stdout.write(`${table(idle, ["sh -c 'git rev-parse HEAD'", "node -e 0"]).join("\n")}\n\n`);
  for (let at = 0; at < 4000; at++) appendFileSync(`${cwd}/lib/p${at % 100}/m${at}.py`, "y = 1\n");
  const changed = interleave(
    [
      { name: "node -e 0", argv: [node, "-e", "0"], ...common },
      { name: "check, 4000 other files changed", argv: [node, cli, "check"], ...common },
    ],
    rounds,
  );
  process.stdout.write(`${table(changed, ["node -e 0"]).join("\n")}\n\n`);
}
