import { type CacheTrouble, examineCcache } from "../ccache.ts";
import { good, type DoctorContext, type Finding } from "../finding.ts";
import { findLaunchers, type Launcher } from "../launchers.ts";
import { examineSccache } from "../sccache.ts";

const CHECK = "compiler-cache";

/** ccache, sccache and their like are there where a build starts compilers through them, and can do their work. */
export async function compilerCache(context: DoctorContext): Promise<Finding[]> {
  if (context.inputs.length === 0) return [];
  const launchers = findLaunchers(context);
  return Promise.all(launchers.map((one) => examine(one, context)));
}

async function examine(one: Launcher, context: DoctorContext): Promise<Finding> {
  const { name, place, program } = one;
  if (program === null) {
    const text = `compilers are started through ${name} (${place}), which is not on the recorded PATH`;
    const fix = `install ${name}, or unset ${place.split("=")[0] ?? ""}`;
    return { check: CHECK, level: one.isCertain ? "error" : "warning", text, fix };
  }
  const { folder, trouble } = await look(name, program, context);
  const at = `${name} at ${program} (${place})`;
  if (trouble === null) return good(CHECK, folder === "" ? at : `${at}, its cache in ${folder}`);
  const level = trouble.stops && one.isCertain ? "error" : "warning";
  return { check: CHECK, level, text: `${at}: ${trouble.text}`, fix: trouble.fix };
}

/** What is not known is only looked for. */
async function look(
  name: string,
  program: string,
  context: DoctorContext,
): Promise<{ readonly folder: string; readonly trouble: CacheTrouble | null }> {
  switch (name) {
    case "ccache":
      return examineCcache(context, program);
    case "sccache":
      return examineSccache(context);
    default:
      return { folder: "", trouble: null };
  }
}
