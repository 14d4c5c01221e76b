/** Many calls of one method with one promise: as many in flight as the window and the mailbox allow. */

import { setMaxListeners } from 'node:events';
import type { ToolrigError } from '../../core/errors.ts';
import type { CallOptions } from '../dispatch/call-context.ts';
import type { BatchReceiver } from './remote-call.ts';

/** Calls in flight at a time: enough to keep the other side busy while this one reads its replies. */
const WINDOW = 512;

/** What a batch needs of the service. */
interface BatchService {
  /** Whether its mailbox takes another call. */
  readonly hasRoom: boolean;
  sendForBatch(
    batch: BatchReceiver,
    index: number,
    method: string,
    params: unknown,
    options: CallOptions | undefined,
  ): ToolrigError | undefined;
}

export class RemoteBatch implements BatchReceiver {
  readonly #service: BatchService;
  readonly #method: string;
  readonly #paramsList: readonly unknown[];
  readonly #options: CallOptions | undefined;
  readonly #replies: unknown[];
  #resolve: (replies: unknown[]) => void = () => {};
  #next = 0;
  #inFlight = 0;
  #isPulling = false;

  constructor(
    service: BatchService,
    method: string,
    paramsList: readonly unknown[],
    options: CallOptions | undefined,
  ) {
    this.#service = service;
    this.#method = method;
    this.#paramsList = paramsList;
    this.#options = withQuietSignal(options);
    this.#replies = Array.from({ length: paramsList.length });
  }

  /** Resolves with the replies when all are there; an error in the place of a reply. */
  run(): Promise<unknown[]> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#pull();
    });
  }

  settle(index: number, answer: unknown): void {
    this.#replies[index] = answer;
    this.#inFlight--;
    if (!this.#isPulling) this.#pull();
  }

  /** Sends what may be sent now. */
  #pull(): void {
    this.#isPulling = true;
    while (this.#inFlight < WINDOW && this.#next < this.#paramsList.length) {
      // A mailbox that this batch has filled has room when one of its calls is answered.
      if (this.#inFlight > 0 && !this.#service.hasRoom) break;
      const index = this.#next++;
      const params = this.#paramsList[index];
      this.#inFlight++;
      const refusal = this.#service.sendForBatch(this, index, this.#method, params, this.#options);
      if (refusal !== undefined) {
        this.#inFlight--;
        this.#replies[index] = refusal;
      }
    }
    this.#isPulling = false;
    const isDone = this.#inFlight === 0 && this.#next === this.#paramsList.length;
    if (isDone) this.#resolve(this.#replies);
  }
}

/** Every call in flight listens to the signal: more than Node takes for sane without a warning. */
function withQuietSignal(options: CallOptions | undefined): CallOptions | undefined {
  if (options?.signal === undefined) return options;
  const signal = AbortSignal.any([options.signal]);
  setMaxListeners(0, signal);
  return { ...options, signal };
}
