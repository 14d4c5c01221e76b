/**
 * A call that could not be answered on the spot: it waits in the mailbox, or its handler waits.
 *
 *   waiting ──▶ running ──▶ settled
 *      └───────────┴──────▶ settled   (deadline, cancellation, end of the service)
 *
 * It is its own node in the mailbox and on the deadline wheel. A caller that gave up leaves the
 * handler running: its late reply is counted and dropped.
 *
 * A service uses its calls again: a fresh one is an object of twenty fields and two closures, and
 * linking a young object into lists that are old makes the collector's write barrier do its work
 * for each link. `bench/dispatch.bench.ts` (`native-async`) shows the difference: a fifth.
 */

import type { DeadlineNode } from '../../core/deadline-wheel.ts';
import type { RequestContext } from './call-context.ts';
import type { CallListNode } from './call-list.ts';
import type { Endpoint } from './service-definition.ts';

/** What a pending call tells its service. */
export interface PendingCallOwner {
  onReply(call: PendingCall, reply: unknown): void;
  onThrow(call: PendingCall, thrown: unknown): void;
  onDeadline(call: PendingCall): void;
  onCancel(call: PendingCall, reason: unknown): void;
}

type Settle = (value: unknown) => void;

const NOBODY: Settle = () => {};

// The executor is shared: it runs synchronously, so `resolve` is picked up before anyone else can.
// Only `resolve` is kept: each function kept is one more write from old memory to young.
let madeResolve: Settle = NOBODY;
const executor = (resolve: Settle): void => {
  madeResolve = resolve;
};

export class PendingCall implements DeadlineNode, CallListNode {
  wheelPrevious: DeadlineNode | null = null;
  wheelNext: DeadlineNode | null = null;
  timeoutMs = 0;
  expiryTick = 0;
  list: object | null = null;
  listPrevious: CallListNode | null = null;
  listNext: CallListNode | null = null;

  endpoint: Endpoint | undefined = undefined;
  /** Kept only while it waits. */
  args: unknown = undefined;
  context: RequestContext | undefined = undefined;
  /** Whether the caller has its answer. */
  isSettled = true;
  readonly onFulfilled: (reply: unknown) => void;
  readonly onRejected: (thrown: unknown) => void;

  readonly #owner: PendingCallOwner;
  #signal: AbortSignal | undefined = undefined;

  constructor(owner: PendingCallOwner) {
    this.#owner = owner;
    this.onFulfilled = (reply) => owner.onReply(this, reply);
    this.onRejected = (thrown) => owner.onThrow(this, thrown);
  }

  /** Begins a new call; the promise is the caller's. */
  open(
    endpoint: Endpoint,
    context: RequestContext,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    this.endpoint = endpoint;
    this.context = context;
    this.isSettled = false;
    const promise = new Promise(executor);
    context.resolve = madeResolve;
    if (signal !== undefined) {
      this.#signal = signal;
      signal.addEventListener('abort', this, { once: true });
    }
    return promise;
  }

  /** Answers the caller. */
  resolve(reply: unknown): void {
    this.isSettled = true;
    if (this.#signal !== undefined) this.#forgetSignal();
    this.context?.resolve?.(reply);
  }

  /** Answers the caller with a failure. */
  reject(error: unknown): void {
    this.isSettled = true;
    if (this.#signal !== undefined) this.#forgetSignal();
    this.context?.resolve?.(Promise.reject(error));
  }

  /** Lets go of everything, so that an idle pool holds nobody's data. */
  clear(): void {
    this.args = undefined;
    this.context = undefined;
  }

  onDeadline(): void {
    this.#owner.onDeadline(this);
  }

  /** The caller's signal fired. */
  handleEvent(): void {
    this.#owner.onCancel(this, this.#signal?.reason);
  }

  #forgetSignal(): void {
    this.#signal?.removeEventListener('abort', this);
    this.#signal = undefined;
  }
}
