/** What is known of the environment of record. It lets a preset tell the target device; "unknown" is always allowed. */
export interface InstalledLookup {
  /** Installed version of a distribution, local part included (`2.10.0+cu128`); null: not installed, or not known. */
  version(distribution: string): string | null;
  /** Value of a recorded environment variable, or null. */
  variable(name: string): string | null;
}

export const NOTHING_KNOWN: InstalledLookup = { version: () => null, variable: () => null };

export type Device = "cuda" | "rocm" | "cpu" | "xpu";

/** The device that the installed torch is built for. Unknown, and torch without a suffix on Linux, is CUDA. */
export function torchDevice(
  installed: InstalledLookup,
  platform: NodeJS.Platform = process.platform,
): Device {
  const local = installed.version("torch")?.split("+")[1] ?? "";
  for (const device of ["rocm", "cpu", "xpu"] as const) if (local.startsWith(device)) return device;
  return platform === "darwin" ? "cpu" : "cuda";
}
