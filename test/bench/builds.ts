/** A rebuild beside its bare recipe: doctor, journal, stand-ins, verification and slot are what it takes more. */
import { appendFileSync } from "node:fs";
import type { Sandbox } from "../helpers/sandbox.ts";
import { programUnderTest } from "../helpers/sandbox.ts";
import { interleave, table } from "./interleave.ts";

/** How long the recipe takes, and how often both are run: never so often that the bench takes an hour. */
const BUILDS: readonly { readonly seconds: number; readonly rounds: number }[] = [
  { seconds: 1, rounds: 10 },
  { seconds: 30, rounds: 3 },
  { seconds: 120, rounds: 2 },
];

/** Prints a line as a build system does, twenty times a second, and then compiles one module. */
const RECIPE = `import subprocess, sys, sysconfig, time
count = int(float(sys.argv[1]) * 20)
for at in range(count):
    print(f"[{at + 1}/{count}] Building CXX object d{at}.o", flush=True)
    time.sleep(0.05)
inc = sysconfig.get_paths()["include"]
out = "pkg/_C" + sysconfig.get_config_var("EXT_SUFFIX")
subprocess.check_call(["gcc", "-shared", "-fPIC", "-I" + inc, "csrc/core.c", "-o", out])
`;

const SOURCE =
  '#include <Python.h>\nstatic struct PyModuleDef d = {PyModuleDef_HEAD_INIT, "_C", 0, -1, 0};\nPyMODINIT_FUNC PyInit__C(void) { return PyModule_Create(&d); }\n';

/** Prints a table for each length of build. @param most rounds, where fewer are asked for than a build's own. */
export async function benchBuilds(box: Sandbox, most: number): Promise<void> {
  const env: Record<string, string> = { ...box.environment };
  delete env["NODE_EXTRA_CA_CERTS"];
  for (const { seconds, rounds } of BUILDS) {
    const cwd = await project(box, seconds);
    const touch = (): void => appendFileSync(`${cwd}/csrc/core.c`, "// again\n");
    const python = (await box.run(cwd, ["python3", "-c", "import sys; print(sys.executable)"])).stdout.trim();
    const bare = { name: "bare recipe", argv: [python, "build.py", String(seconds)] as const };
    const ours = { name: "rebuild-if-needed", argv: [process.execPath, programUnderTest()] as const };
    const both = [bare, ours].map((one) => ({ ...one, cwd, env, before: touch }));
    const times = Math.min(most, rounds);
    process.stdout.write(`a recipe of ${seconds} s, ${times} interleaved runs each\n\n`);
    process.stdout.write(`${table(interleave(both, times, 1), [bare.name]).join("\n")}\n\n`);
  }
}

async function project(box: Sandbox, seconds: number): Promise<string> {
  const top = await box.repository(`build-${seconds}`);
  const files: Readonly<Record<string, string>> = {
    "csrc/core.c": SOURCE,
    "build.py": RECIPE,
    "pkg/__init__.py": "",
    ".gitignore": "*.so\n__pycache__/\n",
    "rebuild-if-needed.toml": `[[extension]]\nname = "core"\ninputs = ["csrc/**", "build.py"]\noutputs = ["pkg/*.so"]\nrecipe = [["python", "build.py", "${seconds}"]]\n`,
  };
  for (const [path, text] of Object.entries(files)) box.write(`${top}/${path}`, text);
  await box.commit(top, "one");
  const { code, stderr } = await box.cli(top, "init", "--yes");
  if (code !== 0) throw new Error(stderr);
  return top;
}
