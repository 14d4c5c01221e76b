/**
 * What a block of the open loop came to: what any block comes to, and the times that only an open
 * loop can tell apart.
 *
 *   intended start ──── arrival ───────── sent ─────────────── answered
 *         ├─ pacing ───────┤                │                      │      the generator's own lateness
 *         ├─ lag ───────────────────────────┤                      │      and the wait for a free caller
 *         │                                 ├─ service ────────────┤      `held` of it by the service
 *         ├─ response ─────────────────────────────────────────────┤      `calls.latency`
 *
 * A call belongs to the second in which it was to start. Its slice is open until the last of its
 * calls is settled; the tallies of a slice that is closed are used again for another.
 *
 * `sent`, `timed`, `answered` and what they call are on the measured path: nothing is allocated there.
 */

import { LatencyCounts, type PackedCounts } from '../stats/latency-counts.ts';
import { LatencyTally } from '../stats/latency-tally.ts';
import { BlockRecorder, type BlockTotals } from './recorder.ts';
import { type PlacedSlice, SliceSeries } from './slice-series.ts';

const NS_PER_MS = 1e6;
const SLICE_MS = 1_000;
/** Slices that wait for an idle moment; each takes some 400 kB meanwhile. */
const MOST_UNTIDY = 8;

/** A slice that calls still belong to. */
export class OpenSlice {
  readonly response = new LatencyTally();
  readonly service = new LatencyTally();
  readonly lag = new LatencyTally();
  second = 0;
  calls = 0;
  failed = 0;
  dropped = 0;
  /** Arrivals that are not settled, and one more while the second lasts. */
  open = 0;
}

/** What a block has come to so far. */
export interface OpenProgress {
  readonly elapsedMs: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly dropped: number;
  /** Response times, in ns; missing while there are none, or nobody has them all. */
  readonly latencyNs?: { readonly p50: number; readonly p99: number };
}

/** A slice as a plain value. */
interface PackedSlice extends Omit<PlacedSlice, 'response' | 'service' | 'lag'> {
  readonly response: PackedCounts;
  readonly service: PackedCounts;
  readonly lag: PackedCounts;
}

/** What a recorder has counted, as a plain value, which another thread can be sent. */
export interface OpenTotals {
  readonly calls: BlockTotals;
  readonly service: PackedCounts;
  readonly lag: PackedCounts;
  readonly held: PackedCounts;
  readonly pacing: PackedCounts;
  readonly scheduled: number;
  readonly dropped: number;
  readonly sentLate: number;
  readonly slices: readonly PackedSlice[];
}

export class OpenRecorder {
  readonly calls = new BlockRecorder();
  readonly service = new LatencyTally();
  readonly lag = new LatencyTally();
  /** Empty where replies do not tell. */
  readonly held = new LatencyTally();
  readonly pacing = new LatencyTally();
  /** Calls that were to start. */
  scheduled = 0;
  dropped = 0;
  /** Calls that were sent when the schedule was over, out of the line. */
  sentLate = 0;
  slices = new SliceSeries();
  #current: OpenSlice | undefined;
  readonly #spare: OpenSlice[] = [];
  /** Slices without an open call, not yet counted up. */
  readonly #over: OpenSlice[] = [];

  /**
   * An arrival's time has come, and the generator with it.
   *
   * @param offsetMs - when it was to start, from the block's start; never before the last one's
   * @param latenessMs - how long ago that was
   * @returns where the arrival belongs; it is given back by {@link OpenRecorder.settled} or `drop`
   */
  arrived(offsetMs: number, latenessMs: number, batch: number): OpenSlice {
    const second = Math.floor(offsetMs / SLICE_MS);
    let slice = this.#current;
    if (slice === undefined || slice.second !== second) slice = this.#open(second);
    slice.open++;
    this.scheduled += batch;
    this.pacing.record(latenessMs * NS_PER_MS);
    return slice;
  }

  /** An arrival for which there was no place. */
  drop(slice: OpenSlice, batch: number): void {
    this.dropped += batch;
    slice.dropped += batch;
    this.settled(slice);
  }

  /** A call was sent so long after it was to start. */
  sent(slice: OpenSlice, lagMs: number): void {
    this.lag.record(lagMs * NS_PER_MS);
    slice.lag.record(lagMs * NS_PER_MS);
  }

  /** A call's times, where they are among the latencies. */
  timed(slice: OpenSlice, responseMs: number, serviceMs: number): void {
    this.service.record(serviceMs * NS_PER_MS);
    slice.service.record(serviceMs * NS_PER_MS);
    slice.response.record(responseMs * NS_PER_MS);
  }

  /** How long the service says that it had a call. */
  heldFor(heldMs: number): void {
    this.held.record(heldMs * NS_PER_MS);
  }

  /** A call that was sent has been answered, rightly or not; `calls` is told separately. */
  answered(slice: OpenSlice, isFailure: boolean): void {
    slice.calls++;
    if (isFailure) slice.failed++;
  }

  /** All calls of an arrival have been answered. */
  settled(slice: OpenSlice): void {
    slice.open--;
    if (slice.open === 0) this.#over.push(slice);
  }

  /** Slices that {@link OpenRecorder.tidy} would count up, at some 100 µs each. */
  get untidy(): number {
    return this.#over.length;
  }

  /** Counts up the slices that are over. Called when nothing is due: it would make that late. */
  tidy(): void {
    for (let slice = this.#over.pop(); slice !== undefined; slice = this.#over.pop()) {
      this.#close(slice);
    }
  }

  /** The block is over, and all arrivals are settled. */
  finish(): void {
    if (this.#current !== undefined) this.settled(this.#current);
    this.#current = undefined;
    this.tidy();
  }

  /** How the block goes, for a look while it does. */
  progress(elapsedMs: number): OpenProgress {
    const { succeeded, failed, latency } = this.calls;
    const quantiles = { p50: latency.quantile(0.5), p99: latency.quantile(0.99) };
    return {
      elapsedMs,
      succeeded,
      failed,
      dropped: this.dropped,
      ...(latency.isEmpty ? {} : { latencyNs: quantiles }),
    };
  }

  /** Takes out what was counted in a block that is over; the recorder is to be emptied next. */
  take(): OpenTotals {
    return {
      calls: this.calls.take(),
      service: this.service.take().pack(),
      lag: this.lag.take().pack(),
      held: this.held.take().pack(),
      pacing: this.pacing.take().pack(),
      scheduled: this.scheduled,
      dropped: this.dropped,
      sentLate: this.sentLate,
      slices: this.slices.inOrder().map((slice) => ({
        ...slice,
        response: slice.response.pack(),
        service: slice.service.pack(),
        lag: slice.lag.pack(),
      })),
    };
  }

  /** Adds what another recorder has counted of the same block. */
  add(totals: OpenTotals): void {
    this.calls.add(totals.calls);
    this.service.add(LatencyCounts.unpack(totals.service));
    this.lag.add(LatencyCounts.unpack(totals.lag));
    this.held.add(LatencyCounts.unpack(totals.held));
    this.pacing.add(LatencyCounts.unpack(totals.pacing));
    this.scheduled += totals.scheduled;
    this.dropped += totals.dropped;
    this.sentLate += totals.sentLate;
    for (const { second, seconds, ...slice } of totals.slices) {
      const counts = {
        response: LatencyCounts.unpack(slice.response),
        service: LatencyCounts.unpack(slice.service),
        lag: LatencyCounts.unpack(slice.lag),
      };
      this.slices.add(second, { ...slice, ...counts }, seconds);
    }
  }

  /** Empties everything, for the next block. */
  reset(): void {
    this.calls.reset();
    this.service.clear();
    this.lag.clear();
    this.held.clear();
    this.pacing.clear();
    this.scheduled = 0;
    this.dropped = 0;
    this.sentLate = 0;
    this.slices = new SliceSeries();
  }

  #open(second: number): OpenSlice {
    const last = this.#current;
    const slice = this.#spare.pop() ?? new OpenSlice();
    slice.second = second;
    slice.open = 1;
    this.#current = slice;
    if (last !== undefined) this.settled(last);
    // A generator that is never idle is late anyway, and an hour of its slices would fill the memory.
    if (this.#over.length >= MOST_UNTIDY) this.tidy();
    return slice;
  }

  #close(slice: OpenSlice): void {
    const { calls, failed, dropped } = slice;
    this.slices.add(slice.second, {
      calls,
      failed,
      dropped,
      response: slice.response.take(),
      service: slice.service.take(),
      lag: slice.lag.take(),
    });
    slice.calls = 0;
    slice.failed = 0;
    slice.dropped = 0;
    this.#spare.push(slice);
  }
}
