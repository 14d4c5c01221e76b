/**
 * One call that has been sent to a guest, on the host's side.
 *
 *   open ──▶ answered            the caller has its reply, and the number is free
 *     └────▶ abandoned ──▶ free  the caller has given up; the number is free when the guest answers
 *
 * There is one object for each number, used again and again, as dispatch's `PendingCall` is.
 */

import type { DeadlineNode } from '../../core/deadline-wheel.ts';
import type { CallOptions, Progress } from '../dispatch/call-context.ts';
import { raiseAside } from './listeners.ts';

/** What takes the answers of a batch. */
export interface BatchReceiver {
  settle(index: number, answer: unknown): void;
}

/** What a call tells when its caller cannot wait any longer. */
export interface RemoteCallOwner {
  onDeadline(call: RemoteCall): void;
  onCancel(call: RemoteCall, reason: unknown): void;
}

type Settle = (value: unknown) => void;

// The executor is shared: it runs synchronously, so `resolve` is picked up before anyone else can.
let madeResolve: Settle | undefined;
const executor = (resolve: Settle): void => {
  madeResolve = resolve;
};

export class RemoteCall implements DeadlineNode {
  wheelPrevious: DeadlineNode | null = null;
  wheelNext: DeadlineNode | null = null;
  timeoutMs = 0;
  expiryTick = 0;

  readonly id: number;
  /** Whose call it is; `undefined` while the number is free. */
  owner: RemoteCallOwner | undefined = undefined;
  /** Whether somebody waits for the answer. */
  isOpen = false;
  #resolve: Settle | undefined = undefined;
  #batch: BatchReceiver | undefined = undefined;
  #index = 0;
  #signal: AbortSignal | undefined = undefined;
  #onProgress: ((step: Progress) => void) | undefined = undefined;

  constructor(id: number) {
    this.id = id;
  }

  /** Begins a call; the promise is the caller's. */
  open(owner: RemoteCallOwner, options: CallOptions | undefined): Promise<unknown> {
    this.owner = owner;
    this.isOpen = true;
    const promise = new Promise(executor);
    this.#resolve = madeResolve;
    if (options !== undefined) {
      this.#onProgress = options.onProgress;
      if (options.signal !== undefined) this.#listenTo(options.signal);
    }
    return promise;
  }

  /** Begins a call of a batch, whose promise is another's. */
  openForBatch(
    owner: RemoteCallOwner,
    batch: BatchReceiver,
    index: number,
    signal: AbortSignal | undefined,
  ): void {
    this.owner = owner;
    this.isOpen = true;
    if (signal !== undefined) this.#listenTo(signal);
    this.#batch = batch;
    this.#index = index;
  }

  /** Answers the caller. */
  resolve(reply: unknown): void {
    this.isOpen = false;
    if (this.#signal !== undefined) this.#forgetSignal();
    if (this.#batch !== undefined) this.#settleBatch(reply);
    else this.#resolve?.(reply);
    this.#resolve = undefined;
  }

  /** Answers the caller with a failure. */
  reject(error: unknown): void {
    this.isOpen = false;
    if (this.#signal !== undefined) this.#forgetSignal();
    if (this.#batch !== undefined) this.#settleBatch(error);
    else this.#resolve?.(Promise.reject(error));
    this.#resolve = undefined;
  }

  /** The number is free again. */
  free(): void {
    this.owner = undefined;
    this.#onProgress = undefined;
  }

  progress(step: Progress): void {
    if (!this.isOpen || this.#onProgress === undefined) return;
    try {
      this.#onProgress(step);
    } catch (thrown) {
      raiseAside(thrown); // the caller's defect must not end the link
    }
  }

  onDeadline(): void {
    this.owner?.onDeadline(this);
  }

  /** The caller's signal fired. */
  handleEvent(): void {
    this.owner?.onCancel(this, this.#signal?.reason);
  }

  #listenTo(signal: AbortSignal): void {
    this.#signal = signal;
    signal.addEventListener('abort', this, { once: true });
  }

  #settleBatch(answer: unknown): void {
    const batch = this.#batch;
    this.#batch = undefined;
    batch?.settle(this.#index, answer);
  }

  #forgetSignal(): void {
    this.#signal?.removeEventListener('abort', this);
    this.#signal = undefined;
  }
}
