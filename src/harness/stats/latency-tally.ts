/**
 * Counts latencies while calls are being measured, at a few ns each.
 *
 * hdr-histogram-js crosses into WebAssembly for every value (about 41 ns), which is as much as a
 * bare call costs. The tally counts in a flat array of our own with the very same buckets, and is
 * drained into a {@link LatencyHistogram} once a block is over. Nothing is allocated per value.
 *
 * It keeps the exact shortest and longest latency, and draining hands them on, so that the
 * histogram says what it would have said had every value been recorded into it directly.
 */

import { LatencyCounts } from './latency-counts.ts';
import type { LatencyHistogram } from './latency-histogram.ts';
import { HIGHEST_TRACKABLE_NS, lowestNsOf, SLOT_COUNT, slotOf } from './latency-layout.ts';

const SHORTEST = 0;
const LONGEST = 1;

export class LatencyTally {
  /** Drain before one bucket has seen 2^32 values; at 10 ns a value that is 40 s of one latency. */
  readonly #counts = new Uint32Array(SLOT_COUNT);
  /** Typed, because a double in a plain field may be boxed anew at each write. */
  readonly #extremesNs = new Float64Array([Number.POSITIVE_INFINITY, -1]);
  #clampedCount = 0;
  #rejectedCount = 0;

  /** Latencies above one hour so far. They were counted as one hour: a slow call is never lost. */
  get clampedCount(): number {
    return this.#clampedCount;
  }

  /** Negative and `NaN` values so far. They are not times and were not counted as latencies. */
  get rejectedCount(): number {
    return this.#rejectedCount;
  }

  /** Counts one latency in ns; fractions are cut off. Never throws. */
  record(latencyNs: number): void {
    let value = latencyNs;
    if (!(value <= HIGHEST_TRACKABLE_NS && value >= 0)) {
      if (!(value > HIGHEST_TRACKABLE_NS)) {
        this.#rejectedCount++;
        return;
      }
      this.#clampedCount++;
      value = HIGHEST_TRACKABLE_NS;
    }
    const extremes = this.#extremesNs;
    if (value < (extremes[SHORTEST] as number)) extremes[SHORTEST] = value;
    if (value > (extremes[LONGEST] as number)) extremes[LONGEST] = value;
    const counts = this.#counts;
    const slot = slotOf(value);
    counts[slot] = (counts[slot] as number) + 1; // in bounds: the value was checked above
  }

  /** Adds what another tally has counted. */
  add(counts: LatencyCounts): void {
    const [shortestNs, longestNs] = counts.extremesNs;
    const extremes = this.#extremesNs;
    extremes[SHORTEST] = Math.min(extremes[SHORTEST] as number, shortestNs);
    extremes[LONGEST] = Math.max(extremes[LONGEST] as number, longestNs);
    counts.addToSlots(this.#counts);
  }

  /** Whether nothing has been counted since the last time that it was emptied. */
  get isEmpty(): boolean {
    return (this.#extremesNs[LONGEST] as number) < 0;
  }

  /**
   * The latency in ns that a share of what was counted did not exceed, without emptying it: for a look
   * while it goes on. Walks the slots in use, some microseconds. 0 when empty.
   *
   * @param share - 0 to 1
   */
  quantile(share: number): number {
    if (this.isEmpty) return 0;
    const [first, last] = [...this.#extremesNs].map(slotOf) as [number, number];
    let total = 0;
    for (let slot = first; slot <= last; slot++) total += this.#counts[slot] as number;
    let left = Math.max(1, Math.ceil(share * total));
    for (let slot = first; slot <= last; slot++) {
      left -= this.#counts[slot] as number;
      if (left <= 0) return lowestNsOf(slot);
    }
    return this.#extremesNs[LONGEST] as number;
  }

  /**
   * Adds what was counted to `histogram` and starts again from zero. The counts of clamped and
   * rejected values stay: they speak of the tally's whole life.
   */
  drainInto(histogram: LatencyHistogram): void {
    this.take().addTo(histogram);
  }

  /** A histogram of what was counted, as {@link LatencyTally.drainInto}; the caller destroys it. */
  toHistogram(): LatencyHistogram {
    return this.take().toHistogram();
  }

  /** What was counted, and starts again from zero, as {@link LatencyTally.drainInto}. */
  take(): LatencyCounts {
    const [shortestNs, longestNs] = [this.#extremesNs[SHORTEST], this.#extremesNs[LONGEST]] as [
      number,
      number,
    ];
    const taken = LatencyCounts.of(this.#counts, shortestNs, longestNs);
    if (longestNs >= 0) this.#counts.fill(0, slotOf(shortestNs), slotOf(longestNs) + 1);
    this.#extremesNs[SHORTEST] = Number.POSITIVE_INFINITY;
    this.#extremesNs[LONGEST] = -1;
    return taken;
  }

  /** Forgets what was counted, as after warming up; also the clamped and rejected values. */
  clear(): void {
    this.#counts.fill(0);
    this.#extremesNs[SHORTEST] = Number.POSITIVE_INFINITY;
    this.#extremesNs[LONGEST] = -1;
    this.#clampedCount = 0;
    this.#rejectedCount = 0;
  }
}
