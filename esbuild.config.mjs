/**
 * The code of the package, after `tsc` has written its types to `dist/types` (docs/decisions/0013):
 *
 *   dist/cli.js     the executable: starts one of the next two with the code that V8 compiled for it before
 *   dist/look.js    what a look runs that finds nothing to do, and what reads libraries
 *   dist/main.js    the whole program; also gives `look.js` what it leaves out
 *   dist/index.mjs  the public API
 */
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { build } from "esbuild";

process.chdir(import.meta.dirname);
const SRC = resolve("src");

/** What `import()` names is apart from a look, but for these. */
const PART_OF_A_LOOK =
  /^(commands\/(check|hook|status|verify)|config\/toml|fingerprint\/parts\/(pyproject-tables|requirements|setup-cfg))\.ts$/;

const common = { bundle: true, platform: "node", target: "node20.19", logLevel: "warning" };
const commonJs = {
  ...common,
  format: "cjs",
  define: { "import.meta.dirname": "__dirname" },
  // Kept code cannot use import(): esbuild writes require() in its place.
  supported: { "dynamic-import": false },
  external: ["pino", "simple-git"],
};

/** To join this to the text when it is read would copy it. */
const asFunction = { banner: { js: "(function (require, __dirname, module) {" }, footer: { js: "})" } };

/** Module names that `look.js` asks for and `main.js` has, such as `apart:trust/trust.ts`. */
const apart = new Set();

const leaveApart = {
  name: "leave-apart",
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      const module = relative(SRC, resolve(resolveDir, path));
      if (kind !== "dynamic-import" || PART_OF_A_LOOK.test(module)) return null;
      apart.add(module);
      return { path: `apart:${module}`, external: true };
    });
  },
};

await build({ ...commonJs, entryPoints: ["src/cli.ts"], outfile: "dist/cli.js" });
await build({
  ...commonJs,
  ...asFunction,
  entryPoints: ["src/main.ts"],
  outfile: "dist/look.js",
  plugins: [leaveApart],
});

const modules = [...apart]
  .sort()
  .map((name) => `  ${JSON.stringify(`apart:${name}`)}: () => require("./src/${name}"),`);
await build({
  ...commonJs,
  ...asFunction,
  stdin: {
    contents: `export { main } from "./src/main.ts";\nexport const modules = {\n${modules.join("\n")}\n};\n`,
    resolveDir: process.cwd(),
  },
  outfile: "dist/main.js",
});
await build({
  ...common,
  format: "esm",
  entryPoints: ["src/index.ts"],
  external: ["execa", "pino", "simple-git"],
  outfile: "dist/index.mjs",
});

writeFileSync("dist/package.json", '{"type":"commonjs"}');
writeFileSync("dist/types/package.json", '{"type":"module"}');
for (const asset of ["verify/probe.py", "verify/callers.py", "verify/caller_names.py", "command-line/prompt.sh"]) {
  mkdirSync(dirname(`dist/${asset}`), { recursive: true });
  copyFileSync(`src/${asset}`, `dist/${asset}`);
}
chmodSync("dist/cli.js", 0o755);
