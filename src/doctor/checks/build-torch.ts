import { satisfies } from "../python-version.ts";
import type { Interpreter } from "../../model.ts";
import { variableOf } from "../ask-program.ts";
import { buildRequires, projectFile, setupImports } from "../build-system.ts";
import { good, type DoctorContext, type Finding } from "../finding.ts";
import { kindOfRecipe } from "../recipe-kind.ts";
import { findTorch, type Torch } from "../torch.ts";

const CHECK = "build-torch";

/** The torch that the build sees is there, and is the one that the extension will be loaded with. */
export function buildTorch(context: DoctorContext): Finding[] {
  const { extension, interpreter } = context;
  const kind = kindOfRecipe(extension.recipe);
  if (interpreter === null || extension.wheel !== undefined || !kind.runsPython) return [];
  if (!extension.packages.includes("torch")) return [];
  const torch = findTorch(interpreter);
  if (kind.usesInstalledRequirements) return withoutIsolation(context, interpreter, torch);
  return isSwitchedOff(context) ? [] : inIsolation(context, interpreter, torch);
}

function withoutIsolation(context: DoctorContext, interpreter: Interpreter, torch: Torch | null): Finding[] {
  if (torch !== null)
    return [good(CHECK, `the build and Python see the same torch, ${torch.version} (${torch.file})`)];
  const isListed = buildRequires(context, interpreter).some(({ name }) => name === "torch");
  if (isListed || !setupImports(context, "torch")) return []; // listed: build-requirements tells
  const setup = projectFile(context, "setup.py");
  const text = `${setup} imports torch, which is not installed for ${interpreter.path}`;
  const fix = `${interpreter.path} -m pip install torch (which one: https://pytorch.org/get-started/locally)`;
  return [{ check: CHECK, level: "error", text, fix }];
}

/** An installer with isolation builds with a torch of its own choice, in an environment that it throws away. */
function inIsolation(context: DoctorContext, interpreter: Interpreter, torch: Torch | null): Finding[] {
  const listed = buildRequires(context, interpreter).find(({ name }) => name === "torch");
  const fix = `add --no-build-isolation to the recipe in the configuration`;
  if (listed === undefined) {
    if (!setupImports(context, "torch")) return [];
    const setup = projectFile(context, "setup.py");
    const text = `${setup} imports torch, which the recipe's build environment does not have: it builds in isolation, and [build-system].requires does not name torch`;
    return [{ check: CHECK, level: "error", text, fix }];
  }
  if (torch === null) return [];
  const asked = `torch${listed.specifiers}`;
  const isPinned = /(?:^|,)==(?!=)/.test(listed.specifiers);
  const fits = satisfies(torch.version, listed.specifiers) !== false;
  if (isPinned && fits) return [good(CHECK, `built with ${asked} in isolation, run with ${torch.version}`)];
  const taken = isPinned ? asked : `the newest that ${asked} allows`;
  const text = `the recipe builds in isolation, with ${taken}, and Python runs torch ${torch.version} (${torch.file})`;
  return [{ check: CHECK, level: isPinned ? "error" : "warning", text, fix }];
}

/** pip and uv can be told by variables, uv in pyproject.toml as well. */
function isSwitchedOff(context: DoctorContext): boolean {
  const names = ["PIP_NO_BUILD_ISOLATION", "UV_NO_BUILD_ISOLATION", "UV_NO_BUILD_ISOLATION_PACKAGE"];
  const pyproject = context.readTree(projectFile(context, "pyproject.toml")) ?? "";
  return (
    names.some((name) => variableOf(context, name) !== undefined) || /no-build-isolation/.test(pyproject)
  );
}
