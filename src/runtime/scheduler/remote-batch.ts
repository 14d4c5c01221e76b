/**
 * Many calls of one method with one promise: as many in flight as the window and the mailbox allow.
 *
 * They travel in chunks, one frame for some dozens of them, which costs less than a frame for each.
 * Their answers come back as they are there, so that no call waits for another of its chunk. What
 * cannot travel so, a call with options for the handler or one that cannot be sent, goes by itself.
 */

import type { ToolrigError } from '../../core/errors.ts';
import type { CallOptions } from '../dispatch/call-context.ts';
import { withQuietSignal } from '../dispatch/quiet-signal.ts';
import { ChunkSize } from './chunk-size.ts';
import type { BatchReceiver } from './remote-call.ts';

/** Calls in flight at a time: enough to keep the other side busy while this one reads its replies. */
const WINDOW = 512;
/** A batch or a mailbox too small for several chunks goes in smaller ones, down to these. */
const MIN_CHUNK = 16;
/** Chunks that are in flight before one waits until there is room for all of it. */
const CHUNKS_IN_FLIGHT = 4;

/** What takes the place of an answer until it is there. */
const UNANSWERED = Symbol('unanswered');

/** What a batch needs of the service. */
export interface BatchService {
  /** Calls that its mailbox takes when it is empty, those that are handled included. */
  readonly capacity: number;
  /** Calls that its mailbox takes now. */
  readonly room: number;
  /**
   * Sends one call, if there is room.
   *
   * @returns `undefined` when it has been sent, or the reason why not
   */
  sendForBatch(
    batch: BatchReceiver,
    index: number,
    method: string,
    params: unknown,
    options: CallOptions | undefined,
  ): ToolrigError | undefined;
  /**
   * Sends calls in one frame; there must be room for them.
   *
   * @param first - the place of the first of them in the batch
   * @returns length of the frame in bytes, 0 when the calls have ended instead; `undefined` when
   *   nothing has been sent, and each call is to be sent by itself
   */
  sendChunkForBatch(
    batch: BatchReceiver,
    first: number,
    method: string,
    paramsList: readonly unknown[],
    options: CallOptions | undefined,
  ): number | undefined;
}

export class RemoteBatch implements BatchReceiver {
  readonly #service: BatchService;
  readonly #method: string;
  readonly #paramsList: readonly unknown[];
  readonly #options: CallOptions | undefined;
  readonly #replies: unknown[];
  readonly #chunkSize = new ChunkSize();
  #resolve: (replies: unknown[]) => void = () => {};
  #next = 0;
  #inFlight = 0;
  /** Where the calls end that have to go by themselves. */
  #singlesEnd = 0;
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
    this.#replies = Array.from<unknown>({ length: paramsList.length }).fill(UNANSWERED);
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
    this.#pull();
  }

  settleRun(first: number, answers: readonly unknown[]): void {
    for (let at = 0; at < answers.length; at++) this.#replies[first + at] = answers[at];
    this.#inFlight -= answers.length;
    this.#pull();
  }

  settleRest(first: number, count: number, error: unknown): void {
    for (let index = first; index < first + count; index++) {
      if (this.#replies[index] !== UNANSWERED) continue;
      this.#replies[index] = error;
      this.#inFlight--;
    }
    this.#pull();
  }

  /** Sends what may be sent now. */
  #pull(): void {
    if (this.#isPulling) return;
    this.#isPulling = true;
    while (this.#next < this.#paramsList.length) {
      const count = this.#sendableCount();
      if (count === 0) break;
      if (count === 1 || !this.#sendChunk(count)) this.#sendOne();
    }
    this.#isPulling = false;
    const isDone = this.#inFlight === 0 && this.#next === this.#paramsList.length;
    if (isDone) this.#resolve(this.#replies);
  }

  /** How many calls to send together now; 0 when it is better to wait for answers. */
  #sendableCount(): number {
    const { capacity, room } = this.#service;
    const free = Math.min(WINDOW - this.#inFlight, room);
    // A mailbox that this batch has filled has room when one of its calls is answered.
    if (free <= 0) return this.#inFlight > 0 ? 0 : 1;
    if (this.#next < this.#singlesEnd) return 1;
    const { length } = this.#paramsList;
    const share = Math.ceil(Math.min(length, capacity) / CHUNKS_IN_FLIGHT);
    const size = Math.min(Math.max(share, MIN_CHUNK), this.#chunkSize.count, length - this.#next);
    if (free >= size) return size;
    // Answers that trickle in would make for chunks of one; but the guest must not run dry.
    return this.#inFlight >= (CHUNKS_IN_FLIGHT / 2) * size ? 0 : free;
  }

  #sendChunk(count: number): boolean {
    const first = this.#next;
    const paramsList = this.#paramsList.slice(first, first + count);
    this.#next += count;
    this.#inFlight += count;
    const service = this.#service;
    const bytes = service.sendChunkForBatch(this, first, this.#method, paramsList, this.#options);
    if (bytes !== undefined) {
      this.#chunkSize.learn(count, bytes);
      return true;
    }
    this.#next = first;
    this.#inFlight -= count;
    this.#singlesEnd = first + count;
    return false;
  }

  #sendOne(): void {
    const index = this.#next++;
    const params = this.#paramsList[index];
    this.#inFlight++;
    const refusal = this.#service.sendForBatch(this, index, this.#method, params, this.#options);
    if (refusal === undefined) return;
    this.#inFlight--;
    this.#replies[index] = refusal;
  }
}
