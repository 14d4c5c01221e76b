/** Throws what a listener has thrown where an event emitter would: outside of whoever called it. */
export function raiseAside(thrown: unknown): void {
  process.nextTick(() => {
    throw thrown;
  });
}
