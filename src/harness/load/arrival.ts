/**
 * An arrival of the open loop under way: its calls, sent together, each to be answered once.
 *
 *   begin ──▶ send, send, … ──▶ answered, answered, … ──▶ settled, and used again
 *                           └─▶ abandoned: nobody waits any longer
 *
 * Arrivals are kept and used again, since the two callbacks of each call are closures.
 */

import { ToolrigError } from '../../core/errors.ts';
import { problemWith } from './check-reply.ts';
import type { ReadyCall } from './closed-executor.ts';
import type { OpenRecorder, OpenSlice } from './open-recorder.ts';

const NS_PER_MS = 1e6;

/** The calls of one arrival; as many each time. */
export class Arrival {
  readonly #recorder: OpenRecorder;
  readonly #onSettled: (arrival: Arrival, endMs: number) => void;
  readonly #slots: CallSlot[];
  #open = 0;
  intendedMs = 0;
  sentMs = 0;
  slice: OpenSlice | undefined;

  /** @param onSettled - told when the last of its calls has been answered, and the time */
  constructor(
    recorder: OpenRecorder,
    batch: number,
    onSettled: (arrival: Arrival, endMs: number) => void,
  ) {
    this.#recorder = recorder;
    this.#onSettled = onSettled;
    this.#slots = Array.from({ length: batch }, () => new CallSlot(this, recorder));
  }

  begin(intendedMs: number, sentMs: number, slice: OpenSlice): void {
    this.intendedMs = intendedMs;
    this.sentMs = sentMs;
    this.slice = slice;
    this.#open = this.#slots.length;
  }

  send(index: number, call: ReadyCall): void {
    const slot = this.#slots[index] as CallSlot; // as many as the batch has calls
    this.#recorder.sent(this.slice as OpenSlice, this.sentMs - this.intendedMs); // since begin()
    slot.send(call);
  }

  answered(endMs: number): void {
    this.#open--;
    if (this.#open > 0) return;
    const recorder = this.#recorder;
    if (this.#slots.length > 1) recorder.calls.batch((endMs - this.intendedMs) * NS_PER_MS);
    recorder.settled(this.slice as OpenSlice); // since begin()
    this.#onSettled(this, endMs);
  }

  /** Ends it with what has not been answered as failures; does nothing when all has been. */
  abandon(endMs: number): void {
    if (this.#open === 0) return;
    for (const slot of this.#slots) slot.abandon(endMs);
    this.#recorder.settled(this.slice as OpenSlice); // since begin()
  }
}

/** One call of an arrival. */
class CallSlot {
  readonly #arrival: Arrival;
  readonly #recorder: OpenRecorder;
  readonly #onReply: (reply: unknown) => void;
  readonly #onFailure: (thrown: unknown) => void;
  /** `undefined` when nobody waits for an answer. */
  #call: ReadyCall | undefined;

  constructor(arrival: Arrival, recorder: OpenRecorder) {
    this.#arrival = arrival;
    this.#recorder = recorder;
    this.#onReply = (reply) => this.#replied(reply);
    this.#onFailure = (thrown) => this.#failed(thrown, performance.now());
  }

  send(call: ReadyCall): void {
    this.#call = call;
    try {
      call.invoke(call.params).then(this.#onReply, this.#onFailure);
    } catch (thrown) {
      this.#onFailure(thrown); // it failed before it could promise anything
    }
  }

  /** Nobody waits any longer; the slot is not used again. */
  abandon(endMs: number): void {
    if (this.#call === undefined) return;
    const error = new ToolrigError('ERR_TIMEOUT', 'it was not answered, and kept no deadline');
    this.#record(this.#call, endMs, undefined, error);
  }

  #replied(reply: unknown): void {
    const endMs = performance.now();
    const call = this.#call;
    if (call === undefined) return; // abandoned
    this.#record(call, endMs, problemWith(call, reply), undefined);
    this.#arrival.answered(endMs);
  }

  #failed(thrown: unknown, endMs: number): void {
    const call = this.#call;
    if (call === undefined) return; // abandoned
    this.#record(call, endMs, undefined, thrown ?? new Error('it was rejected without a reason'));
    this.#arrival.answered(endMs);
  }

  #record(call: ReadyCall, endMs: number, problem: string | undefined, thrown: unknown): void {
    const { intendedMs, sentMs, slice } = this.#arrival;
    const { calls } = this.#recorder;
    this.#call = undefined;
    const responseMs = endMs - intendedMs;
    const responseNs = responseMs * NS_PER_MS;
    if (thrown !== undefined) calls.failure(responseNs, call.operation.name, thrown);
    else if (problem === undefined) calls.success(responseNs);
    else calls.wrongReply(responseNs, call.operation.name, problem);
    const isFailure = thrown !== undefined || problem !== undefined;
    // Its slice is there since the arrival began.
    this.#recorder.answered(slice as OpenSlice, responseMs, endMs - sentMs, isFailure);
  }
}
