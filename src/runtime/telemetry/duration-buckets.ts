/**
 * The buckets of call durations: 1, 2 and 5 in each decade from 1 µs to 10 s, and one above.
 *
 * They are fixed, so that distributions of any two services, processes or days add up bucket by
 * bucket. A bucket holds what is above the bound before it and not above its own, as Prometheus
 * has it. For finer questions than a factor of two there is the harness.
 */

const FIRST_NS = 1_000;
const DECADES = 7;

/** Upper bounds in ns, both ends included: 1 µs … 10 s. */
export const BUCKET_BOUNDS_NS: readonly number[] = [
  ...Array.from({ length: DECADES }, (_, decade) =>
    [1, 2, 5].map((step) => step * FIRST_NS * 10 ** decade),
  ).flat(),
  FIRST_NS * 10 ** DECADES,
];

/** One for each bound, and the one above them. */
export const BUCKET_COUNT: number = BUCKET_BOUNDS_NS.length + 1;

const BOUNDS = Float64Array.from(BUCKET_BOUNDS_NS);

/** The bucket of a duration: the first whose bound is not below it. */
export function bucketOf(durationNs: number): number {
  let low = 0;
  let high = BOUNDS.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((BOUNDS[middle] as number) < durationNs)
      low = middle + 1; // in bounds
    else high = middle;
  }
  return low;
}

/**
 * Estimates a quantile from counts a bucket, evenly spread within its bucket; in the bucket above
 * all bounds, the last bound. As Prometheus's `histogram_quantile`.
 *
 * @param counts - calls in each bucket, not cumulative
 * @param quantile - 0 to 1
 * @returns ns; `undefined` where nothing was counted
 */
export function estimateQuantileNs(
  counts: readonly number[],
  quantile: number,
): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const rank = quantile * total;
  let below = 0;
  for (const [bucket, count] of counts.entries()) {
    const boundNs = BUCKET_BOUNDS_NS[bucket];
    if (boundNs === undefined) break;
    if (count > 0 && below + count >= rank) {
      const lowerNs = BUCKET_BOUNDS_NS[bucket - 1] ?? 0;
      return lowerNs + ((boundNs - lowerNs) * (rank - below)) / count;
    }
    below += count;
  }
  return BUCKET_BOUNDS_NS.at(-1);
}
