/**
 * Listeners that users give are called from within a link or another's promise, which must not end
 * with them: what they throw surfaces where an event emitter's would, outside of whoever called.
 */

/** Throws `thrown` outside of the caller. */
export function raiseAside(thrown: unknown): void {
  process.nextTick(() => {
    throw thrown;
  });
}

/** Calls every listener, whatever the others throw. */
export function tellAll(listeners: readonly ((reason: unknown) => void)[], reason: unknown): void {
  for (const listener of listeners) {
    try {
      listener(reason);
    } catch (thrown) {
      raiseAside(thrown);
    }
  }
}
