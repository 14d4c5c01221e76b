/**
 * Many calls of one method for one promise, for services that have no faster way than `call`.
 *
 * A window of them is in flight at a time: as many as fit a mailbox easily, so that a batch is not
 * refused for its size. The event loop turns between windows.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CallOptions } from './call-context.ts';
import { withQuietSignal } from './quiet-signal.ts';

/** Calls in flight at a time. */
const WINDOW = 512;

interface Callable {
  call(method: string, params?: unknown, options?: CallOptions): Promise<unknown>;
}

/**
 * Replies in the order of `paramsList`; in the place of a call that failed stands its error.
 *
 * @param concurrency - calls that the caller may have in flight. Default: no limit.
 */
export async function callInTurn(
  service: Callable,
  method: string,
  paramsList: readonly unknown[],
  options: CallOptions | undefined,
  concurrency: number = Number.POSITIVE_INFINITY,
): Promise<unknown[]> {
  const size = Math.min(WINDOW, concurrency);
  const shared = withQuietSignal(options);
  const replies: unknown[] = [];
  for (let first = 0; first < paramsList.length; first += size) {
    if (first > 0) await nextTurn();
    const window = paramsList
      .slice(first, first + size)
      // A service rejects with nothing else.
      .map((params) => service.call(method, params, shared).catch((error: unknown) => error));
    for (const reply of await Promise.all(window)) replies.push(reply);
  }
  return replies;
}
