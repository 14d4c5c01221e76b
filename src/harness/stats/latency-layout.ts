/**
 * The bucket layout of HdrHistogram for whole nanoseconds: unit 1, three significant digits, up
 * to one hour. A value maps to a slot of a flat array:
 *
 *   slot      0 … 2047   2048 … 3071   3072 … 4095   …
 *   width        1 ns        2 ns          4 ns           each 1,024 slots double the width
 *
 * So the value v = 1.xxx × 2^k lies in slot (shift × 1,024) + (v >> shift), with shift =
 * max(k − 10, 0). Source: G. Tene, HdrHistogram, `AbstractHistogram.countsArrayIndex`.
 */

/** Longest latency that is told apart from longer ones: one hour, in ns. */
export const HIGHEST_TRACKABLE_NS = 3_600_000_000_000;

/** Digits that every recorded value keeps. */
export const SIGNIFICANT_DIGITS = 3;

const WIDE_SHIFT = 21;
const WIDE_FACTOR = 2 ** -WIDE_SHIFT;
const FIRST_WIDE_NS = 2 ** 31;

/** Slots that an array needs to count every trackable value. */
export const SLOT_COUNT = slotOf(HIGHEST_TRACKABLE_NS) + 1;

/**
 * The slot of a latency; fractions of a ns are cut off.
 *
 * @param latencyNs - from 0 to {@link HIGHEST_TRACKABLE_NS}; not checked
 */
export function slotOf(latencyNs: number): number {
  // `>>` and clz32 see 32 bits. Above them the low 21 bits never decide the slot, so they are
  // divided away first and their doublings added back.
  const isWide = latencyNs >= FIRST_WIDE_NS;
  const word = isWide ? (latencyNs * WIDE_FACTOR) | 0 : latencyNs | 0;
  const shift = 21 - Math.clz32(word | 1024);
  return ((isWide ? shift + WIDE_SHIFT : shift) << 10) + (word >> shift);
}

/** The lowest latency, in ns, that is counted in `slot`. */
export function lowestNsOf(slot: number): number {
  if (slot < 1024) return slot;
  return ((slot & 1023) + 1024) * 2 ** ((slot >> 10) - 1);
}
