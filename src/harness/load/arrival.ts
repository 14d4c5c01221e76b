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
  #isTimed = true;
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
    this.#isTimed = true;
  }

  send(index: number, call: ReadyCall): void {
    const slot = this.#slots[index] as CallSlot; // as many as the batch has calls
    this.#recorder.sent(this.slice as OpenSlice, this.sentMs - this.intendedMs); // since begin()
    slot.send(call);
  }

  /** @param isTimed - whether the call's time is among the latencies; of a batch, all must be */
  answered(endMs: number, isTimed: boolean): void {
    this.#open--;
    this.#isTimed &&= isTimed;
    if (this.#open > 0) return;
    const recorder = this.#recorder;
    if (this.#slots.length > 1 && this.#isTimed) {
      recorder.calls.batch((endMs - this.intendedMs) * NS_PER_MS);
    }
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
    const problem = problemWith(call, reply);
    const isTimed = this.#record(call, endMs, problem, undefined);
    const { operation } = call;
    // A reply that does not tell is no right one.
    if (operation.heldMs !== undefined && problem === undefined) {
      this.#recorder.heldFor(operation.heldMs(reply));
    }
    this.#arrival.answered(endMs, isTimed);
  }

  #failed(thrown: unknown, endMs: number): void {
    const call = this.#call;
    if (call === undefined) return; // abandoned
    const error = thrown ?? new Error('it was rejected without a reason');
    this.#arrival.answered(endMs, this.#record(call, endMs, undefined, error));
  }

  /** Returns whether the call's time is among the latencies. */
  #record(call: ReadyCall, endMs: number, problem: string | undefined, thrown: unknown): boolean {
    const { intendedMs, sentMs, slice } = this.#arrival;
    const { calls } = this.#recorder;
    this.#call = undefined;
    const responseMs = endMs - intendedMs;
    const responseNs = responseMs * NS_PER_MS;
    const isRight = thrown === undefined && problem === undefined;
    let isTimed = isRight;
    if (isRight) calls.success(responseNs);
    else if (problem !== undefined) calls.wrongReply(call.operation.name, problem);
    else isTimed = calls.failure(responseNs, call.operation.name, thrown);
    // Its slice is there since the arrival began.
    if (isTimed) this.#recorder.timed(slice as OpenSlice, responseMs, endMs - sentMs);
    this.#recorder.answered(slice as OpenSlice, !isRight);
    return isTimed;
  }
}
