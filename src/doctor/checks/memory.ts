import { chooseJobs, readMachine } from "../../build/jobs.ts";
import { good, type DoctorContext, type Finding } from "../finding.ts";

const CHECK = "memory";

/** How many compilers run at once, and whether even one has room. */
export function memory({ toolchain, inputs, variables }: DoctorContext): Finding[] {
  const machine = readMachine();
  const set = (name: string): string | undefined => variables[name] ?? process.env[name];
  const hasNvcc = toolchain.tools.some(({ role, path }) => role === "nvcc" && path !== null);
  const hasCuda = hasNvcc && inputs.some((path) => path.endsWith(".cu"));
  const maxJobs = set("MAX_JOBS");
  const nvccThreads = Math.max(1, Math.trunc(Number(set("NVCC_THREADS") ?? 1)) || 1);
  const { jobs, why, fits } = chooseJobs({
    ...machine,
    ...(maxJobs === undefined ? {} : { maxJobs }),
    nvccThreads,
    hasCuda,
  });
  const text = `${jobs} at a time: ${why}`;
  if (fits) return [good(CHECK, text)];
  const fix = "close other programs, raise the container's memory limit, or add swap";
  return [{ check: CHECK, level: "warning", text, fix }];
}
