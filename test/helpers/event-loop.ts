/** Lets everything that is ready run: promise reactions, `nextTick` and `setImmediate` callbacks. */

import { setImmediate as nextTurn } from 'node:timers/promises';

/** Resolves once the event loop has turned; takes no time. */
export async function settle(): Promise<void> {
  await nextTurn();
}

/** A promise and the functions that settle it. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
}

/** A promise that the test settles when it likes. */
export function defer<T = unknown>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
