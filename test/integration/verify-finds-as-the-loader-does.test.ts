import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { inspectLibraries } from "../../src/verify/inspect.ts";
import { namesTheSame, saysBroken } from "../helpers/agreement.ts";
import { askLoader } from "../helpers/loader.ts";
import { library, put, scratch, thisPython } from "../helpers/native.ts";

const python = await thisPython();
const CALL = "int dep(void); int use(void) { return dep(); }";
const DEP = "int dep(void) { return 1; }";

interface Case {
  /** Makes the library that is asked about. */
  make(folder: string): string;
  readonly loads: boolean;
  env?(folder: string): NodeJS.ProcessEnv;
}

/** `libdep.so` in `<folder>/deps`, and the flags to link to it without a path to it. */
function dependency(folder: string, source: string, ...flags: readonly string[]): string[] {
  library(join(folder, "deps", "libdep.so"), source, "-Wl,-soname,libdep.so", ...flags);
  return [`-L${join(folder, "deps")}`, "-Wl,--no-as-needed,--allow-shlib-undefined", "-ldep"];
}

/** A user of a library that itself needs `libdep.so` and has no path to it. */
function indirect(folder: string, path: string): string {
  const needs = dependency(folder, DEP);
  library(join(folder, "deps", "libmiddle.so"), CALL, ...needs);
  const flags = [`-L${join(folder, "deps")}`, "-lmiddle", `-Wl,-rpath-link,${join(folder, "deps")}`, path];
  return library(join(folder, "user.so"), "int use(void); int call(void) { return use(); }", ...flags);
}

const RUNPATH = "-Wl,--enable-new-dtags,-rpath,$ORIGIN/deps";
const RPATH = "-Wl,--disable-new-dtags,-rpath,$ORIGIN/deps";
const user = (folder: string, ...flags: readonly string[]): string =>
  library(join(folder, "user.so"), CALL, ...flags);

const CASES: Readonly<Record<string, Case>> = {
  "without a path to it": { loads: false, make: (at) => user(at, ...dependency(at, DEP)) },
  "by RUNPATH": { loads: true, make: (at) => user(at, ...dependency(at, DEP), RUNPATH) },
  "by RPATH": { loads: true, make: (at) => user(at, ...dependency(at, DEP), RPATH) },
  "RPATH is inherited": { loads: true, make: (at) => indirect(at, RPATH) },
  "RUNPATH is not": { loads: false, make: (at) => indirect(at, RUNPATH) },
  "by LD_LIBRARY_PATH": {
    loads: true,
    make: (at) => user(at, ...dependency(at, DEP)),
    env: (at) => ({ LD_LIBRARY_PATH: join(at, "deps") }),
  },
  "by LD_PRELOAD": {
    loads: true,
    make: (at) => {
      dependency(at, DEP);
      return user(at);
    },
    env: (at) => ({ LD_PRELOAD: join(at, "deps", "libdep.so") }),
  },
  "a text of that name ends the search": {
    loads: false,
    make: (at) => {
      const flags = dependency(at, DEP);
      const path = user(at, ...flags, "-Wl,-rpath,$ORIGIN/first:$ORIGIN/deps");
      put(join(at, "first", "libdep.so"), "INPUT(libdep.so.1)\n".repeat(9));
      return path;
    },
  },
  "one of another machine is passed over": {
    loads: true,
    make: (at) => {
      const flags = dependency(at, DEP);
      const path = user(at, ...flags, "-Wl,-rpath,$ORIGIN/first:$ORIGIN/deps");
      const other = Buffer.from(readFileSync(join(at, "deps", "libdep.so")));
      other.writeUInt16LE(243, 18);
      writeFileSync(put(join(at, "first", "libdep.so"), ""), other);
      return path;
    },
  },
  "hidden in it": {
    loads: false,
    make: (at) => {
      const flags = dependency(at, DEP);
      const path = user(at, ...flags, RUNPATH);
      dependency(at, `__attribute__((visibility("hidden"))) ${DEP}`);
      return path;
    },
  },
  "protected in it": {
    loads: true,
    make: (at) => user(at, ...dependency(at, `__attribute__((visibility("protected"))) ${DEP}`), RUNPATH),
  },
  "an indirect function": {
    loads: true,
    make: (at) => {
      const source = `static int one(void) { return 1; } static void *pick(void) { return one; }
        int dep(void) __attribute__((ifunc("pick")));`;
      return user(at, ...dependency(at, source), RUNPATH);
    },
  },
  "a thread's own variable": {
    loads: true,
    make: (at) =>
      library(
        join(at, "user.so"),
        "extern __thread int own; int *use(void) { return &own; }",
        ...dependency(at, "__thread int own = 1;"),
        RUNPATH,
      ),
  },
  "by System V's hash": {
    loads: true,
    make: (at) => user(at, ...dependency(at, DEP, "-Wl,--hash-style=sysv"), RUNPATH, "-Wl,--hash-style=sysv"),
  },
  "the dependency lacks something itself": {
    loads: false,
    make: (at) => user(at, ...dependency(at, "int gone(void); int dep(void) { return gone(); }"), RUNPATH),
  },
  "the dependency lacks what its user has": {
    loads: true,
    make: (at) => {
      const flags = dependency(at, "int mine(void); int dep(void) { return mine(); }");
      return library(join(at, "user.so"), `${CALL} int mine(void) { return 2; }`, ...flags, RUNPATH);
    },
  },
  "a program": { loads: false, make: () => "/bin/true" },
  "what forbids it": { loads: false, make: (at) => library(join(at, "user.so"), DEP, "-Wl,-z,nodlopen") },
};

test("libraries and symbols are found where the loader finds them", async (t) => {
  const made = Object.entries(CASES).map(([title, { make, loads, env }]) => {
    const folder = scratch(t);
    return { title, loads, path: make(folder), env: env?.(folder) };
  });
  const ordinary = made.filter(({ env }) => env === undefined);
  const groups = [ordinary, ...made.filter(({ env }) => env !== undefined).map((one) => [one])];
  for (const group of groups) {
    const files = group.map(({ path }) => path);
    const environment = { ...process.env, ...group[0]?.env };
    const answers = askLoader(python, files, { env: environment });
    const verdicts = await inspectLibraries(files, { interpreter: python, environment });
    for (const [i, { title, loads }] of group.entries()) {
      const [answer, verdict] = [answers[i] ?? assert.fail(), verdicts[i] ?? assert.fail()];
      assert.equal(answer.loads, loads, `${title}: ${answer.error}`);
      assert.equal(verdict.ok, loads, `${title}: ${JSON.stringify(verdict)}`);
      const same = saysBroken(verdict) ? null : namesTheSame(verdict, answer);
      assert.notEqual(same, false, `${title}: ${answer.error}`);
    }
  }
});
