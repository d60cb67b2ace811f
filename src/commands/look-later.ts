import { isatty } from "node:tty";
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { dropLookDue, dropLookLater, hasGitEnded, markLookLater, readLookLater } from "../build/look-due.ts";
import { takeLock } from "../build/lock.ts";
import { lookLaterLock } from "../build/look-later.ts";
import { leaveToBuilder } from "../build/running.ts";
import { lookForEvent } from "../event.ts";
import { findWorkspace } from "../git/workspace.ts";
import type { Workspace } from "../model.ts";
import { dropUntold, writeUntold } from "../store/untold.ts";

const POLL_MS = 25;

/** Internal: waits for git to end, then looks, unless a later hook or a builder has looked in the meantime. */
export async function run(): Promise<number> {
  const ws = await findWorkspace(process.cwd());
  if (!ws.ok) return 0;
  while (readLookLater(ws.value) !== null) {
    const answer = await takeLock(lookLaterLock(ws.value), "look-later");
    if (answer.kind === "busy") return 0; // whoever has it sees the mark
    try {
      await takeDueLooks(ws.value);
    } finally {
      answer.lock.release();
    }
    // A mark that came between the last glance and the release found the lock taken: look at it again.
  }
  return 0;
}

/** Until no look is due: git commands that follow each other quickly leave their marks while one is taken. */
async function takeDueLooks(ws: Workspace): Promise<void> {
  for (let due = readLookLater(ws); due !== null; due = readLookLater(ws)) {
    if (!hasGitEnded(due)) await sleep(POLL_MS);
    else {
      dropLookLater(ws);
      if (leaveToBuilder(ws) !== null) continue; // it looks once more when it ends
      dropLookDue(ws);
      await lookOnce(ws);
    }
  }
}

async function lookOnce(ws: Workspace): Promise<void> {
  const lines: string[] = [];
  let isRead = true;
  const end = await lookForEvent(ws, "look-later", {
    say(text) {
      lines.push(text);
      if (!tellTerminal(text)) isRead = false;
    },
    canWatch: false,
    ignoreOperation: false,
    updatesSubmodules: false,
    lookAgain: () => markLookLater(ws, null),
  });
  if (end.kind !== "stopped" || isRead) dropUntold(ws);
  else writeUntold(ws, { state: end.state, lines, toldDuring: null });
}

/** @returns false: nobody can have read it, for want of a terminal or because that one was closed. */
function tellTerminal(text: string): boolean {
  try {
    return isatty(2) && writeSync(2, `${text}\n`) > 0;
  } catch {
    return false;
  }
}
