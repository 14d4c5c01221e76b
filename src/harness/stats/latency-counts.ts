/**
 * What a tally had counted at one moment, in little memory: only the slots that are not empty, two
 * or three bytes each. Kept by the hundred, one an interval, where a histogram each would take 270 kB.
 *
 *   slot − slot before it, count, slot − …      each a number of 7 bits a byte, the lowest first (LEB128)
 *
 * The bytes are a string's characters: strings lie on V8's heap, which gives their memory back, while that
 * of many small buffers ends up in pieces that nobody can use.
 */

import { LatencyHistogram } from './latency-histogram.ts';
import { lowestNsOf, SLOT_COUNT, slotOf } from './latency-layout.ts';

/** Of a slot's distance, and of a count up to 2^53. */
const MOST_BYTES = 3 + 8;
const scratch = Buffer.alloc(SLOT_COUNT * MOST_BYTES);
/** All 0 but while two are merged. */
const sums = new Float64Array(SLOT_COUNT);

/** Counts as a plain value, which another thread can be sent. */
export interface PackedCounts {
  readonly packed: string;
  readonly shortestNs: number;
  readonly longestNs: number;
}

export class LatencyCounts {
  readonly #packed: string;
  readonly #shortestNs: number;
  readonly #longestNs: number;

  private constructor(packed: string, shortestNs: number, longestNs: number) {
    this.#packed = packed;
    this.#shortestNs = shortestNs;
    this.#longestNs = longestNs;
  }

  static readonly NONE = new LatencyCounts('', Number.POSITIVE_INFINITY, -1);

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
    const last = slotOf(longestNs);
    let length = 0;
    let before = 0;
    for (let slot = slotOf(shortestNs); slot <= last; slot++) {
      const count = all[slot] as number; // in bounds: a latency was counted there
      if (count === 0) continue;
      length = writeNumber(slot - before, length);
      length = writeNumber(count, length);
      before = slot;
    }
    return new LatencyCounts(scratch.toString('latin1', 0, length), shortestNs, longestNs);
  }

  /** The counts that {@link LatencyCounts.pack} made a plain value of. */
  static unpack({ packed, shortestNs, longestNs }: PackedCounts): LatencyCounts {
    return new LatencyCounts(packed, shortestNs, longestNs);
  }

  pack(): PackedCounts {
    return { packed: this.#packed, shortestNs: this.#shortestNs, longestNs: this.#longestNs };
  }

  /** The shortest and the longest latency in ns; `Infinity` and -1 when there is none. */
  get extremesNs(): readonly [shortestNs: number, longestNs: number] {
    return [this.#shortestNs, this.#longestNs];
  }

  /** Adds the counts to an array with every slot. */
  addToSlots(all: Uint32Array | Float64Array): void {
    this.#forEach((slot, count) => {
      all[slot] = (all[slot] as number) + count; // in bounds: as it was counted
    });
  }

  /** The counts of both. */
  mergedWith(other: LatencyCounts): LatencyCounts {
    const [shortestNs, longestNs] = [
      Math.min(this.#shortestNs, other.#shortestNs),
      Math.max(this.#longestNs, other.#longestNs),
    ];
    if (longestNs < 0) return LatencyCounts.NONE;
    for (const each of [this, other]) each.addToSlots(sums);
    const merged = LatencyCounts.of(sums, shortestNs, longestNs);
    sums.fill(0, slotOf(shortestNs), slotOf(longestNs) + 1);
    return merged;
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
    const last = slotOf(longestNs);
    this.#forEach((slot, count) => {
      // Within its bucket the longest one is recorded as it was; for the rest of a bucket any value
      // of it will do, so the lowest, but none below the shortest.
      const own = slot === last ? 1 : 0;
      if (count > own) histogram.record(Math.max(lowestNsOf(slot), shortestNs), count - own);
    });
    histogram.record(longestNs, 1);
  }

  #forEach(visit: (slot: number, count: number) => void): void {
    const packed = this.#packed;
    let slot = 0;
    let at = 0;
    const readNumber = (): number => {
      let value = 0;
      for (let factor = 1; ; factor *= 128) {
        const byte = packed.charCodeAt(at++);
        value += (byte & 127) * factor;
        if (byte < 128) return value;
      }
    };
    while (at < packed.length) {
      slot += readNumber();
      visit(slot, readNumber());
    }
  }
}

/** Writes a whole number into the scratch; returns where the next one goes. */
function writeNumber(value: number, at: number): number {
  let [rest, next] = [value, at];
  while (rest >= 128) {
    scratch[next++] = (rest % 128) + 128;
    rest = Math.floor(rest / 128);
  }
  scratch[next++] = rest;
  return next;
}
