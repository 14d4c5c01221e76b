/**
 * One call that a guest handles: where its answer goes, and the signal that says that nobody waits
 * for it any more. One exists for each number of a call and serves every call of that number.
 *
 * To the service it looks like an `AbortSignal`. A real one costs more than the whole call, and the
 * service needs three members of it.
 */

import type { CallOptions } from '../dispatch/call-context.ts';

interface AbortListener {
  handleEvent(): void;
}

export class GuestCall {
  isOpen = false;
  /** How many calls of this number there have been: what is said of an earlier one is not of this. */
  turn = 0;
  aborted = false;
  reason: unknown = undefined;
  readonly onFulfilled: (reply: unknown) => void;
  readonly onRejected: (thrown: unknown) => void;
  /** The options of a call that has none: the deadline is the host's. */
  readonly options: CallOptions;
  #listener: AbortListener | undefined = undefined;

  constructor(onFulfilled: (reply: unknown) => void, onRejected: (thrown: unknown) => void) {
    this.onFulfilled = onFulfilled;
    this.onRejected = onRejected;
    const signal = this as unknown as AbortSignal;
    this.options = { timeoutMs: Number.POSITIVE_INFINITY, signal };
  }

  /** A new call of this number begins. */
  open(): void {
    this.isOpen = true;
    this.turn++;
    this.aborted = false;
    this.reason = undefined;
  }

  /** It has been answered. */
  close(): void {
    this.isOpen = false;
    this.#listener = undefined;
  }

  /** Nobody waits for its answer any more. */
  abandon(reason: unknown): void {
    this.aborted = true;
    this.reason = reason;
    this.#listener?.handleEvent();
  }

  addEventListener(_type: 'abort', listener: AbortListener): void {
    this.#listener = listener;
  }

  removeEventListener(_type: 'abort', listener: AbortListener): void {
    if (this.#listener === listener) this.#listener = undefined;
  }
}
