/**
 * Node's own modules that a look which finds nothing can do without. Node takes 30 ms to start, crypto and child_process
 * 9 ms more, so they are loaded where they are first used.
 */
import type * as ChildProcess from "node:child_process";
import type * as Crypto from "node:crypto";
import type * as Streams from "node:stream/promises";

export const childProcess = (): typeof ChildProcess => process.getBuiltinModule("node:child_process");
export const crypto = (): typeof Crypto => process.getBuiltinModule("node:crypto");
export const streams = (): typeof Streams => process.getBuiltinModule("node:stream/promises");
