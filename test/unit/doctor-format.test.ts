import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { judgeDisk } from "../../src/doctor/checks/disk.ts";
import type { Finding } from "../../src/doctor/doctor.ts";
import { formatFindings } from "../../src/doctor/format.ts";
import { familyOf, installHint } from "../../src/doctor/system-packages.ts";
import { packageRoot } from "../helpers/sandbox.ts";

const GOOD: Finding = { check: "disk", level: "ok", text: "900 MB free", fix: "" };
const WARNING: Finding = { check: "cmake-cache", level: "warning", text: "g++ has gone", fix: "build anew" };
const ERROR: Finding = {
  check: "python-headers",
  level: "error",
  text: "no Python.h",
  fix: "sudo apt install python3-dev",
};

test("the worst comes first, with its fix, and one line sums up", () => {
  assert.deepEqual(formatFindings([GOOD, WARNING, ERROR]), [
    "error    python-headers: no Python.h",
    "         fix: sudo apt install python3-dev",
    "warning  cmake-cache: g++ has gone",
    "         fix: build anew",
    "ok       disk: 900 MB free",
    "1 error, 1 warning: a build would fail. Nothing was changed.",
  ]);
  assert.equal(formatFindings([WARNING, WARNING]).at(-1), "2 warnings: a build can go ahead.");
  assert.deepEqual(formatFindings([GOOD]), [
    "ok       disk: 900 MB free",
    "Nothing stands in the way of a build.",
  ]);
});

test("every check has a heading in docs/doctor.md, and every heading a check", () => {
  const folder = join(packageRoot(), "src/doctor/checks");
  const names = readdirSync(folder).map(
    (file) => /^const CHECK = "([\w-]+)";$/m.exec(readFileSync(join(folder, file), "utf8"))?.[1],
  );
  const docs = readFileSync(join(packageRoot(), "docs/doctor.md"), "utf8");
  const headings = [...docs.matchAll(/^## ([\w-]+)$/gm)].map((match) => match[1]);
  assert.deepEqual([...headings].sort(), [...names].sort());
});

test("room on the disk", () => {
  const level = (freeBytes: number, freeInodes: number | null = null): string =>
    judgeDisk({ freeBytes, freeInodes, outputsBytes: 1e9 }, "/w").level;
  assert.deepEqual(
    [level(1e9), level(1e9 + 1), level(2.2e9 - 1), level(2.2e9)],
    ["error", "warning", "warning", "ok"],
  );
  assert.deepEqual([level(9e9, 0), level(9e9, 1999), level(9e9, 2000)], ["error", "warning", "ok"]);
  assert.equal(judgeDisk({ freeBytes: 0, freeInodes: null, outputsBytes: 0 }, "/w").level, "error");
});

test("the package manager follows os-release", () => {
  assert.equal(familyOf('NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n'), "debian");
  assert.equal(familyOf('ID="rocky"\nID_LIKE="rhel centos fedora"\n'), "fedora");
  assert.equal(familyOf('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n'), "suse");
  assert.equal(familyOf("ID=void\n"), "other");
  assert.equal(installHint("python-headers", "debian", "3.12.1"), "sudo apt install python3.12-dev");
  assert.equal(installHint("python-headers", "macos", "3.12.1"), "brew install python@3.12");
  assert.match(installHint("cuda", "debian"), /developer\.nvidia\.com/); // a family without a command of its own
});
