/**
 * What a tally had counted at one moment, in little memory: only the slots that are not empty. Kept
 * by the hundred, one an interval, where a histogram each would take 270 kB.
 */

import { LatencyHistogram } from './latency-histogram.ts';
import { lowestNsOf, slotOf } from './latency-layout.ts';

export class LatencyCounts {
  /** Slots that have counted something, in order, and how much. */
  readonly #slots: Uint16Array;
  readonly #counts: Float64Array;
  readonly #shortestNs: number;
  readonly #longestNs: number;

  private constructor(
    slots: Uint16Array,
    counts: Float64Array,
    shortestNs: number,
    longestNs: number,
  ) {
    this.#slots = slots;
    this.#counts = counts;
    this.#shortestNs = shortestNs;
    this.#longestNs = longestNs;
  }

  static readonly NONE = new LatencyCounts(
    new Uint16Array(0),
    new Float64Array(0),
    Number.POSITIVE_INFINITY,
    -1,
  );

  /**
   * The counts of an array with every slot. The two extremes are what was seen; nothing lies
   * outside of their slots.
   */
  static of(
    all: { readonly [slot: number]: number },
    shortestNs: number,
    longestNs: number,
  ): LatencyCounts {
    if (longestNs < 0) return LatencyCounts.NONE;
    const [first, last] = [slotOf(shortestNs), slotOf(longestNs)];
    let size = 0;
    for (let slot = first; slot <= last; slot++) if (all[slot] !== 0) size++;
    const slots = new Uint16Array(size);
    const counts = new Float64Array(size);
    let next = 0;
    for (let slot = first; slot <= last; slot++) {
      if (all[slot] === 0) continue;
      slots[next] = slot;
      counts[next] = all[slot] as number; // in bounds, as in what follows
      next++;
    }
    return new LatencyCounts(slots, counts, shortestNs, longestNs);
  }

  /** The counts of both. */
  mergedWith(other: LatencyCounts): LatencyCounts {
    const total = new Map<number, number>();
    for (const each of [this, other]) {
      for (let index = 0; index < each.#slots.length; index++) {
        const slot = each.#slots[index] as number;
        total.set(slot, (total.get(slot) ?? 0) + (each.#counts[index] as number));
      }
    }
    const slots = Uint16Array.from(total.keys()).toSorted();
    return new LatencyCounts(
      slots,
      Float64Array.from(slots, (slot) => total.get(slot) ?? 0),
      Math.min(this.#shortestNs, other.#shortestNs),
      Math.max(this.#longestNs, other.#longestNs),
    );
  }

  /** A histogram of them; the caller destroys it. */
  toHistogram(): LatencyHistogram {
    const histogram = new LatencyHistogram();
    this.addTo(histogram);
    return histogram;
  }

  /** Adds the counts to a histogram, which then says what it had said if each value were recorded. */
  addTo(histogram: LatencyHistogram): void {
    if (this.#longestNs < 0) return;
    const shortestNs = Math.floor(this.#shortestNs);
    const longestNs = Math.floor(this.#longestNs);
    const last = this.#slots.length - 1;
    for (let index = 0; index <= last; index++) {
      const lowestNs = lowestNsOf(this.#slots[index] as number);
      const count = this.#counts[index] as number;
      // Within its bucket the longest one is recorded as it was; for the rest of a bucket any value
      // of it will do, so the lowest, but none below the shortest.
      const own = index === last ? 1 : 0;
      if (count > own) histogram.record(Math.max(lowestNs, shortestNs), count - own);
    }
    histogram.record(longestNs, 1);
  }
}
