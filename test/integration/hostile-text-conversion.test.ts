/** Files that are other on disk than in git: line endings, encodings, keywords and filters. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { checked, paired, previewed } from "../helpers/answers.ts";
import { drivenProject, mustRun } from "../helpers/driven-project.ts";

const ATTRIBUTES = `csrc/crlf.h text eol=crlf
csrc/lf.h text eol=lf
csrc/wide.h text working-tree-encoding=UTF-16LE-BOM
csrc/id.h ident
csrc/upper.h filter=upper
`;

test("a file that is converted on checkout is the committed one, touched or not", async (t) => {
  const project = await drivenProject(t, {
    files: {
      "csrc/auto.h": "one\ntwo\n",
      "csrc/lf.h": "one\n",
      "csrc/crlf.h": "one\n",
      "csrc/id.h": "// $Id$\n",
    },
  });
  const { box, top } = project;
  await box.git(top, "config", "filter.upper.clean", "tr A-Z a-z");
  await box.git(top, "config", "filter.upper.smudge", "tr a-z A-Z");
  await box.git(top, "config", "filter.upper.required", "true");
  await box.git(top, "config", "core.autocrlf", "true");
  project.write(".gitattributes", ATTRIBUTES);
  project.write("csrc/wide.h", Buffer.from("\uFEFFone\n", "utf16le"));
  project.write("csrc/upper.h", "ONE\n");
  const first = await box.commit(top, "converted");
  for (const name of ["auto.h", "crlf.h", "lf.h", "wide.h", "id.h", "upper.h"])
    rmSync(join(top, "csrc", name));
  await box.git(top, "checkout", "--quiet", "--", ".");
  assert.equal(readFileSync(join(top, "csrc/auto.h"), "utf8"), "one\r\ntwo\r\n");
  assert.equal(readFileSync(join(top, "csrc/upper.h"), "utf8"), "ONE\r\n");
  assert.match(readFileSync(join(top, "csrc/id.h"), "utf8"), /\$Id: [0-9a-f]{40} \$/);
  await mustRun(box, top);
  assert.deepEqual(await previewed(project, "HEAD"), ["fresh"]);

  await box.git(top, "config", "core.safecrlf", "true");
  const names = ["auto.h", "crlf.h", "lf.h", "wide.h", "id.h", "upper.h"];
  for (const name of names) utimesSync(join(top, "csrc", name), 1, 1);
  assert.deepEqual(await checked(project), ["fresh"], "only touched");
  project.write("csrc/auto.h", "one\ntwo\n");
  assert.deepEqual(await checked(project), ["fresh"], "an editor wrote LF: the same file to git");

  project.write("csrc/auto.h", "one\r\nthree\r\n");
  project.write("csrc/upper.h", "TWO\n");
  project.write("csrc/wide.h", Buffer.from("\uFEFFtwo\n", "utf16le"));
  const changed = ["auto.h", "upper.h", "wide.h"].map((name) => `input-changed csrc/${name}`);
  assert.deepEqual(await checked(project), ["rebuild", ...changed]);
  await box.git(top, "config", "--unset", "core.safecrlf");
  const second = await box.commit(top, "changed");
  assert.deepEqual(await checked(project), ["rebuild", ...changed]);
  assert.deepEqual(await paired(project, first, second), ["rebuild", ...changed]);
});

test("a filter that fails for one file does not make others look changed", async (t) => {
  const project = await drivenProject(t, {
    files: { "csrc/auto.h": "one\n", "csrc/b.h": "one\n", "csrc/c.h": "one\n" },
  });
  const { box, top } = project;
  await box.git(top, "config", "core.autocrlf", "true");
  for (const name of ["auto.h", "b.h", "c.h"]) rmSync(join(top, "csrc", name));
  await box.git(top, "checkout", "--quiet", "--", ".");
  project.write(".gitattributes", "csrc/b.h filter=broken\n");
  await box.commit(top, "a filter");
  await mustRun(box, top);
  await box.git(top, "config", "filter.broken.clean", "false");
  await box.git(top, "config", "filter.broken.required", "true");
  for (const name of ["auto.h", "b.h", "c.h"]) utimesSync(join(top, "csrc", name), 1, 1);
  assert.deepEqual(await checked(project), ["rebuild", "input-changed csrc/b.h"]);
  await box.git(top, "config", "--unset", "filter.broken.required");
  assert.deepEqual(await checked(project), ["fresh"]);
});
