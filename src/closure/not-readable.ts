/** Text that a reader of build files does not understand. It never leaves this folder: callers get null. */
export class NotReadable extends Error {}

/** What `read` gives, or null where it met what it cannot read. */
export function unlessUnreadable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    // A file of thousands of nested brackets ends the stack: nothing that this reader must understand.
    if (error instanceof NotReadable || error instanceof RangeError) return null;
    throw error;
  }
}
