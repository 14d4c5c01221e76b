/**
 * One call that has been sent to a guest, on the host's side, or a chunk of a batch.
 *
 *   open ──▶ answered            the caller has its reply, and the number is free
 *     └────▶ abandoned ──▶ free  the caller has given up; the number is free when the guest answers
 *
 * There is one object for each number, used again and again, as dispatch's `PendingCall` is.
 */

import type { DeadlineNode } from '../../core/deadline-wheel.ts';
import type { ToolrigError } from '../../core/errors.ts';
import type { CallOptions, Progress } from '../dispatch/call-context.ts';
import { raiseAside } from '../dispatch/listeners.ts';

/** What takes the answers of a batch. */
export interface BatchReceiver {
  /** The answer of one call. */
  settle(index: number, answer: unknown): void;
  /** Answers of the call `first` and those behind it. */
  settleRun(first: number, answers: readonly unknown[]): void;
  /** What is unanswered of the `count` calls from `first` has ended with `error`. */
  settleRest(first: number, count: number, error: unknown): void;
}

/** Who is told what becomes of a call: the guest's answers, and that its caller cannot wait any longer. */
export interface RemoteCallOwner {
  /** @param index - which call of a chunk; 0 for one on its own */
  onAnswer(call: RemoteCall, index: number, answer: unknown): void;
  /** Answers of calls of a chunk, `first` and those behind it. */
  onAnswers(call: RemoteCall, first: number, answers: readonly unknown[]): void;
  /** @param index - which call of a chunk; 0 for one on its own */
  onError(call: RemoteCall, index: number, error: ToolrigError): void;
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
  /** Calls that the guest has not answered: one, or those of a chunk. */
  unanswered = 0;
  #resolve: Settle | undefined = undefined;
  #batch: BatchReceiver | undefined = undefined;
  /** Its place in the batch, and how many it takes there. */
  #first = 0;
  #count = 0;
  #signal: AbortSignal | undefined = undefined;
  #onProgress: ((step: Progress) => void) | undefined = undefined;

  constructor(id: number) {
    this.id = id;
  }

  /** Begins a call; the promise is the caller's. */
  open(owner: RemoteCallOwner, options: CallOptions | undefined): Promise<unknown> {
    this.owner = owner;
    this.isOpen = true;
    this.unanswered = 1;
    const promise = new Promise(executor);
    this.#resolve = madeResolve;
    if (options !== undefined) {
      this.#onProgress = options.onProgress;
      if (options.signal !== undefined) this.#listenTo(options.signal);
    }
    return promise;
  }

  /** Begins `count` calls of a batch, whose promise is another's. */
  openForBatch(
    owner: RemoteCallOwner,
    batch: BatchReceiver,
    first: number,
    count: number,
    signal: AbortSignal | undefined,
  ): void {
    this.owner = owner;
    this.isOpen = true;
    this.unanswered = count;
    if (signal !== undefined) this.#listenTo(signal);
    this.#batch = batch;
    this.#first = first;
    this.#count = count;
  }

  /**
   * Answers the caller. A chunk is open until the guest has answered all of it.
   *
   * @param index - which call of a chunk; 0 for one on its own
   */
  resolve(index: number, answer: unknown): void {
    const batch = this.#batch;
    if (this.unanswered === 0) this.#close();
    if (batch === undefined) this.#resolve?.(answer);
    else batch.settle(this.#first + index, answer);
    this.#resolve = undefined;
  }

  /** Answers calls of a chunk, `first` and those behind it. */
  resolveRun(first: number, answers: readonly unknown[]): void {
    const batch = this.#batch;
    if (this.unanswered === 0) this.#close();
    batch?.settleRun(this.#first + first, answers);
  }

  /** Answers the caller with a failure, of all that the guest has not answered. */
  reject(error: unknown): void {
    const batch = this.#batch;
    this.#close();
    if (batch === undefined) this.#resolve?.(Promise.reject(error));
    else batch.settleRest(this.#first, this.#count, error);
    this.#resolve = undefined;
  }

  /**
   * Answers the caller with the failure of one call.
   *
   * @param index - which call of a chunk; 0 for one on its own
   */
  rejectOne(index: number, error: unknown): void {
    if (this.#batch === undefined) this.reject(error);
    else this.resolve(index, error); // it stands in the place of a reply
  }

  /** A chunk that could not be sent: its calls are the batch's again, unanswered. */
  withdraw(): void {
    this.#close();
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

  #close(): void {
    this.isOpen = false;
    this.#batch = undefined;
    if (this.#signal !== undefined) this.#forgetSignal();
  }

  #forgetSignal(): void {
    this.#signal?.removeEventListener('abort', this);
    this.#signal = undefined;
  }
}
