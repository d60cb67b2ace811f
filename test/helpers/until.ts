import { setTimeout as pause } from "node:timers/promises";

/** Waits for a condition, not for a time. One that never comes is an error of the test that names it. */
export async function until(
  isMet: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 60_000,
): Promise<void> {
  const endMs = Date.now() + limitMs;
  while (!(await isMet())) {
    if (Date.now() > endMs) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await pause(5);
  }
}
