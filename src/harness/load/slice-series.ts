/**
 * Slices of a long measurement, in bounded memory: a second each at first, and when there are more
 * than a few hundred, neighbours are merged and each is twice as long from then on.
 *
 *   0 1 2 3 4 5 …  ──▶  01 23 45 …  ──▶  0123 45… …      counts are merged, percentiles never averaged
 *
 * A slice may come late and out of order: it is as long open as one of its calls is.
 */

import type { LatencyCounts } from '../stats/latency-counts.ts';

/** Calls that were to start in one stretch of time. */
export interface Slice {
  readonly calls: number;
  readonly failed: number;
  readonly dropped: number;
  readonly response: LatencyCounts;
  readonly service: LatencyCounts;
  readonly lag: LatencyCounts;
}

/** A slice and its place. */
export interface PlacedSlice extends Slice {
  /** The slice's first second, from the start of the measurement. */
  readonly second: number;
  readonly seconds: number;
}

/** Slices kept: five minutes in seconds. Each takes some 10 kB, and 75 kB when latencies are all over the place. */
const MOST_SLICES = 300;

export class SliceSeries {
  readonly #limit: number;
  /** By `second / #width`, rounded down. */
  #slices = new Map<number, Slice>();
  /** Seconds that a slice is long. */
  #width = 1;

  /** @param limit - slices that are kept. Default: 300. */
  constructor(limit = MOST_SLICES) {
    this.#limit = limit;
  }

  /**
   * Adds what happened in a second, counted from 0.
   *
   * @param seconds - how long it is, when it is a slice of another series. Default: 1.
   */
  add(second: number, slice: Slice, seconds = 1): void {
    while (this.#width < seconds) this.#widen(); // all widths are powers of two: it then fits in one
    this.#put(Math.floor(second / this.#width), slice);
    while (this.#slices.size > this.#limit) this.#widen();
  }

  /** All slices in order of time; seconds in which nothing was to start are in none. */
  inOrder(): readonly PlacedSlice[] {
    return [...this.#slices]
      .toSorted(([a], [b]) => a - b)
      .map(([key, slice]) => ({
        ...slice,
        second: key * this.#width,
        seconds: this.#width,
      }));
  }

  #widen(): void {
    const narrow = this.#slices;
    this.#slices = new Map();
    this.#width *= 2;
    for (const [key, each] of narrow) this.#put(Math.floor(key / 2), each);
  }

  #put(key: number, slice: Slice): void {
    const there = this.#slices.get(key);
    this.#slices.set(key, there === undefined ? slice : merged(there, slice));
  }
}

function merged(a: Slice, b: Slice): Slice {
  return {
    calls: a.calls + b.calls,
    failed: a.failed + b.failed,
    dropped: a.dropped + b.dropped,
    response: a.response.mergedWith(b.response),
    service: a.service.mergedWith(b.service),
    lag: a.lag.mergedWith(b.lag),
  };
}
