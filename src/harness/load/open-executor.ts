/**
 * The open loop: calls start when the schedule says so, whatever has become of those before.
 *
 *   schedule ──▶ pacer ──▶ arrival ──┬─▶ a caller is free: sent
 *                                    ├─▶ none is: waits in line, first come first served
 *                                    └─▶ as many as may be are sent or waiting: dropped
 *
 * Response time counts from the intended start, so that a call which waited – since the server stood
 * still, or the generator came late – says so. Nothing is delayed in silence and nothing left out:
 * scheduled = sent + dropped, sent = succeeded + failed.
 *
 * After the last arrival it waits for the answers. Calls have a deadline; a target that keeps none
 * is waited for a little longer, and what it still owes is recorded as `ERR_TIMEOUT`.
 */

import { GIVE_UP_MS } from './answer-watch.ts';
import { Arrival } from './arrival.ts';
import type { ArrivalSchedule } from './arrival-schedule.ts';
import type { ReadyCall } from './closed-executor.ts';
import type { OpenPace } from './open-pace.ts';
import type { OpenRecorder, OpenSlice } from './open-recorder.ts';
import { Pacer } from './pacer.ts';
import { WaitingLine } from './waiting-line.ts';

/** Arrivals sent in one turn of the event loop: answers to the first ones are timed as they come. */
const MOST_IN_A_TURN = 16;
/** Longest stretch in which callers go on with those in line without a turn of the event loop. */
const TURN_EVERY_MS = 0.5;
/** Time that tidying up takes, at most, where V8 has compiled it, and where it has not. */
const TIDYING_MS = 0.5;
const COLD_TIDYING_MS = 5;
/** Slices that may be left lying about: seconds. */
const MOST_UNTIDY = 4;
const REPORT_EVERY_MS = 100;

export interface OpenOrder {
  readonly schedule: Pick<ArrivalSchedule, 'nextMs'>;
  /** How long it lasts, in ms: what is sent after that is late. */
  readonly scheduleMs: number;
  /** When the schedule starts, as of `performance.now()`. Default: now. */
  readonly startAtMs?: number;
  /** Calls of an arrival, which one caller sends together. */
  readonly batch: number;
  /** Arrivals that can be out at once; `Infinity`: as many as there are. */
  readonly callers: number;
  /** Calls that can be sent or waiting at once. */
  readonly maxInFlight: number;
  /** Place in the plan of the block's first call. */
  readonly firstCall: number;
  /** Calls of the plan between two arrivals, which are others'. Default: 0. */
  readonly skippedCalls?: number;
  readonly signal: AbortSignal;
  /** Told about every 100 ms. */
  readonly onProgress?: (elapsedMs: number) => void;
  /**
   * After the last arrival, time that those in line have to be sent and then those that were sent
   * have to be answered, in ms. Default: 6,000.
   */
  readonly giveUpMs?: number;
}

/** Runs one block; everything that was counted is in `recorder`, which was empty. */
export async function runOpenBlock(
  calls: readonly ReadyCall[],
  order: OpenOrder,
  recorder: OpenRecorder,
): Promise<OpenPace> {
  const block = new OpenBlock(calls, order, recorder);
  const { signal } = order;
  const onAbort = () => block.stop();
  signal.addEventListener('abort', onAbort);
  try {
    return await block.run();
  } finally {
    signal.removeEventListener('abort', onAbort);
    recorder.finish();
  }
}

class OpenBlock {
  readonly #calls: readonly ReadyCall[];
  readonly #order: OpenOrder;
  readonly #recorder: OpenRecorder;
  readonly #pacer: Pacer;
  readonly #onSettled: (arrival: Arrival, endMs: number) => void;
  readonly #line = new WaitingLine();
  readonly #arrivals: Arrival[] = [];
  /** Those whose calls have been answered, to be used again. */
  readonly #spare: Arrival[] = [];
  readonly #skippedCalls: number;
  #next: number;
  #callersOut = 0;
  /** Calls sent or waiting. */
  #inFlight = 0;
  #startedAtMs = 0;
  /** Of the next arrival, on the clock; `Infinity` when there is none. */
  #intendedMs = 0;
  #isOver = false;
  #isServing = false;
  #pacedAtMs = 0;
  #turnedAtMs = 0;
  #firstEndMs = Number.POSITIVE_INFINITY;
  #lastEndMs = Number.NEGATIVE_INFINITY;
  #reportAtMs = 0;
  #giveUp: NodeJS.Timeout | undefined;
  #resolve: () => void = () => {};
  #hasEnded = false;
  readonly #tidy = () => this.#tidyNow();

  constructor(calls: readonly ReadyCall[], order: OpenOrder, recorder: OpenRecorder) {
    this.#calls = calls;
    this.#order = order;
    this.#recorder = recorder;
    this.#next = order.firstCall;
    this.#skippedCalls = order.skippedCalls ?? 0;
    this.#pacer = new Pacer((nowMs) => this.#onDue(nowMs));
    this.#onSettled = (arrival, endMs) => this.#settled(arrival, endMs);
  }

  async run(): Promise<OpenPace> {
    const { schedule, signal, startAtMs = performance.now() } = this.#order;
    this.#startedAtMs = startAtMs;
    this.#pacedAtMs = startAtMs;
    this.#reportAtMs = startAtMs;
    this.#intendedMs = startAtMs + schedule.nextMs();
    if (signal.aborted) this.stop();
    await new Promise<void>((resolve) => {
      this.#resolve = resolve;
      this.#pacer.wake();
    });
    clearTimeout(this.#giveUp);
    this.#hasEnded = true;
    return {
      lastArrivalMs: this.#pacedAtMs - startAtMs,
      firstAnswerMs: this.#firstEndMs - startAtMs,
      lastAnswerMs: this.#lastEndMs - startAtMs,
      isCutShort: this.#isOver,
      wallMs: performance.now() - startAtMs,
      pollingMs: this.#pacer.pollingMs,
    };
  }

  /** Lets no more arrivals come; those that have are waited for. */
  stop(): void {
    this.#isOver = true;
    this.#intendedMs = Number.POSITIVE_INFINITY;
    this.#pacer.wake();
  }

  /** What is due is sent; returns when the next is due. */
  #onDue(nowMs: number): number {
    this.#turnedAtMs = nowMs;
    this.#serveLine(nowMs);
    let count = 0;
    while (this.#intendedMs <= nowMs && count < MOST_IN_A_TURN) {
      count++;
      this.#arrive(this.#intendedMs);
      if (!this.#isOver) this.#intendedMs = this.#startedAtMs + this.#order.schedule.nextMs();
    }
    this.#tidySoon();
    if (this.#intendedMs === Number.POSITIVE_INFINITY) {
      this.#giveUp ??= setTimeout(() => this.#dropLine(), this.#order.giveUpMs ?? GIVE_UP_MS);
      this.#endIfSettled();
    }
    return this.#intendedMs;
  }

  /**
   * What can wait, waits until there is time for it, or there is too much of it; and for what comes at once: an
   * answer to what has just been sent, and others that are due at the same moment.
   */
  #tidySoon(): void {
    const nowMs = performance.now();
    const { untidy } = this.#recorder;
    if (untidy === 0 && nowMs <= this.#reportAtMs) return;
    const spareMs = this.#intendedMs - nowMs;
    if (spareMs > COLD_TIDYING_MS) setTimeout(this.#tidy, 1);
    else if (spareMs > TIDYING_MS) setImmediate(this.#tidy);
    else if (untidy > MOST_UNTIDY || nowMs > this.#reportAtMs + REPORT_EVERY_MS) this.#tidy();
  }

  #tidyNow(): void {
    if (this.#hasEnded) return;
    this.#recorder.tidy();
    const nowMs = performance.now();
    if (nowMs <= this.#reportAtMs) return;
    this.#reportAtMs = nowMs + REPORT_EVERY_MS;
    this.#order.onProgress?.(nowMs - this.#startedAtMs);
  }

  #arrive(intendedMs: number): void {
    const { batch, callers, maxInFlight } = this.#order;
    const recorder = this.#recorder;
    // Read for each: a service on this very loop may have taken its time over the last one.
    const nowMs = performance.now();
    this.#pacedAtMs = nowMs;
    const slice = recorder.arrived(intendedMs - this.#startedAtMs, nowMs - intendedMs, batch);
    if (this.#inFlight + batch > maxInFlight) {
      recorder.drop(slice, batch);
      return;
    }
    this.#inFlight += batch;
    if (this.#callersOut < callers && this.#line.length === 0) this.#send(intendedMs, slice, nowMs);
    else this.#line.push(intendedMs, slice);
  }

  #send(intendedMs: number, slice: OpenSlice, nowMs: number): void {
    const { batch } = this.#order;
    const arrival = this.#spare.pop() ?? this.#newArrival();
    this.#callersOut++;
    if (this.#isPastSchedule(nowMs)) this.#recorder.sentLate += batch;
    arrival.begin(intendedMs, nowMs, slice);
    for (let index = 0; index < batch; index++) arrival.send(index, this.#take());
    this.#next = (this.#next + this.#skippedCalls) % this.#calls.length;
  }

  /** Whether the schedule is over, and the generator has come to its last arrival. */
  #isPastSchedule(nowMs: number): boolean {
    if (this.#intendedMs !== Number.POSITIVE_INFINITY) return false;
    const { scheduleMs } = this.#order;
    const endMs = this.#isOver ? this.#pacedAtMs : this.#startedAtMs + scheduleMs;
    return nowMs > Math.max(endMs, this.#pacedAtMs);
  }

  #newArrival(): Arrival {
    const arrival = new Arrival(this.#recorder, this.#order.batch, this.#onSettled);
    this.#arrivals.push(arrival);
    return arrival;
  }

  #take(): ReadyCall {
    const call = this.#calls[this.#next] as ReadyCall; // in range: wraps below
    this.#next = this.#next + 1 === this.#calls.length ? 0 : this.#next + 1;
    return call;
  }

  /** All calls of an arrival have been answered; its caller takes the next in line. */
  #settled(arrival: Arrival, endMs: number): void {
    const { batch } = this.#order;
    if (this.#firstEndMs === Number.POSITIVE_INFINITY) this.#firstEndMs = endMs;
    this.#lastEndMs = endMs;
    this.#callersOut--;
    this.#inFlight -= batch;
    this.#spare.push(arrival);
    if (this.#line.length > 0) {
      // Answers of services on this loop come without a turn of it; the next arrivals need one.
      if (endMs - this.#turnedAtMs < TURN_EVERY_MS) this.#serveLine(endMs);
      else this.#pacer.wake();
    } else if (this.#inFlight === 0 && this.#intendedMs === Number.POSITIVE_INFINITY) {
      this.#endIfSettled();
    }
  }

  #serveLine(nowMs: number): void {
    if (this.#isServing) return; // a call that fails at once comes back here: the loop goes on
    this.#isServing = true;
    const line = this.#line;
    while (line.length > 0 && this.#callersOut < this.#order.callers) {
      const { intendedMs, slice } = line.first();
      line.shift();
      this.#send(intendedMs, slice, nowMs);
    }
    this.#isServing = false;
  }

  #endIfSettled(): void {
    if (this.#inFlight === 0) this.#resolve();
  }

  /** Those still in line will not be sent. */
  #dropLine(): void {
    const { batch, giveUpMs = GIVE_UP_MS } = this.#order;
    for (; this.#line.length > 0; this.#line.shift()) {
      this.#inFlight -= batch;
      this.#recorder.drop(this.#line.first().slice, batch);
    }
    this.#giveUp = setTimeout(() => this.#abandon(), giveUpMs);
    this.#endIfSettled();
  }

  /** What was not answered by now is not waited for. */
  #abandon(): void {
    const endMs = performance.now();
    for (const arrival of this.#arrivals) arrival.abandon(endMs);
    this.#resolve();
  }
}
