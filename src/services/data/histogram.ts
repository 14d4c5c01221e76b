/**
 * Histogram of a numeric column: bins of equal width, each with its lower edge included and its
 * upper one not, except that the last bin has both.
 *
 * A value is looked up among the edges rather than divided by the width of a bin: it is counted
 * where the edges enclose it, however a division would round.
 */

import { ToolError } from '../../core/errors.ts';
import { requireNumbers, type Table } from './table.ts';

export interface HistogramRequest {
  readonly column: string;
  /** Default: 10. */
  readonly bins?: number;
  /** Lowest edge. Default: the least value. */
  readonly min?: number;
  /** Highest edge. Default: the greatest value. */
  readonly max?: number;
}

export interface Histogram {
  /** One more than there are bins. */
  readonly edges: Float64Array;
  readonly counts: Float64Array;
  /** Values under the lowest edge. */
  readonly below: number;
  /** Values over the highest edge. */
  readonly above: number;
  readonly missing: number;
}

/**
 * Counts values by bin. When all values are equal and no edges are given, there is one bin that
 * begins and ends at that value.
 *
 * @throws `ToolError` for a column that is not numeric or has no values, and edges in the wrong order
 */
export function histogramOf(table: Table, request: HistogramRequest): Histogram {
  const values = requireNumbers(table, request.column, 'histogram');
  const { min, max } = rangeFor(values, request);
  const bins = min === max ? 1 : (request.bins ?? 10);
  const edges = edgesOf(min, max, bins);
  const counts = new Float64Array(bins);
  let below = 0;
  let above = 0;
  let missing = 0;
  for (const value of values) {
    if (Number.isNaN(value)) missing++;
    else if (value < min) below++;
    else if (value > max) above++;
    else {
      const bin = binOf(value, edges);
      counts[bin] = (counts[bin] as number) + 1;
    }
  }
  return { edges, counts, below, above, missing };
}

function rangeFor(values: Float64Array, request: HistogramRequest): { min: number; max: number } {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const { column, min = least, max = greatest } = request;
  if (least > greatest && (request.min === undefined || request.max === undefined)) {
    throw new ToolError(`column '${column}' has no values: give min and max`);
  }
  if (min > max) {
    throw new ToolError(`the edges of the histogram of '${column}' are reversed: ${min} > ${max}`);
  }
  return { min, max };
}

/**
 * A weighted mean rather than `min + width × i`: it neither overflows nor misses `max`. Rounding
 * could put an edge below the one before it, hence the running maximum.
 */
function edgesOf(min: number, max: number, bins: number): Float64Array {
  const edges = new Float64Array(bins + 1);
  let last = min;
  for (let i = 0; i <= bins; i++) {
    const ratio = i / bins;
    last = Math.min(max, Math.max(last, min * (1 - ratio) + max * ratio));
    edges[i] = last;
  }
  return edges;
}

/** The last bin whose lower edge is not above `value`, found by halving. */
function binOf(value: number, edges: Float64Array): number {
  let low = 0;
  let high = edges.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((edges[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
