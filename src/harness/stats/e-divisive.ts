/**
 * Where a series falls apart into two that are most unlike each other: one division of E-divisive
 * (D. S. Matteson & N. A. James, "A Nonparametric Approach for Multiple Change Point Analysis of
 * Multivariate Data", JASA 109, 2014, §2.2, with α = 1).
 *
 *   values   start ······ index ······ end of the right part ······ end
 *            ├──── left ───┤├──── right ────┤  what comes after may be another level
 *
 * The divergence is the energy distance of the two parts times mn / (m + n): how much farther values of
 * different parts lie from each other than those of the same part do. It sees any change of the
 * distribution and assumes no shape. Whether a division means anything is another question:
 * `change-points.ts`.
 */

/** The best division of a stretch of values. */
export interface Division {
  /** Of the first value of the right part. */
  readonly index: number;
  /** Where the right part ends: index of the first value after it. */
  readonly stop: number;
  readonly divergence: number;
}

/**
 * The division of `values` from `start` up to `end` with the largest divergence; `undefined` where
 * there is no room for two parts.
 *
 * @param fewest - values of a part, at least 2
 */
export function bestDivision(
  values: readonly number[],
  start: number,
  end: number,
  fewest: number,
): Division | undefined {
  const between = pairwiseDistances(values.slice(start, end));
  const length = end - start;
  let best: Division | undefined;
  for (let split = fewest; split <= length - fewest; split++) {
    for (let stop = split + fewest; stop <= length; stop++) {
      const divergence = divergenceOf(between, split, stop);
      if (best === undefined || divergence > best.divergence) {
        best = { index: start + split, stop: start + stop, divergence };
      }
    }
  }
  return best;
}

/** Sum of the distances between all values of two ranges, each from a first to before a last. */
type DistanceSum = (first: number, last: number, otherFirst: number, otherLast: number) => number;

/** Eq. 7 of the paper, for the parts from 0 to `split` and from there to `stop`. */
function divergenceOf(between: DistanceSum, split: number, stop: number): number {
  const [m, n] = [split, stop - split];
  const across = between(0, split, split, stop);
  // Each pair of a part is in the sum twice, as in m(m − 1).
  const withinLeft = between(0, split, 0, split) / (m * (m - 1));
  const withinRight = between(split, stop, split, stop) / (n * (n - 1));
  return ((m * n) / (m + n)) * ((2 * across) / (m * n) - withinLeft - withinRight);
}

/** Sums over rectangles of the matrix of distances, from sums over those that begin in its corner. */
function pairwiseDistances(values: readonly number[]): DistanceSum {
  const width = values.length + 1;
  const corner = new Float64Array(width * width);
  values.forEach((value, i) => {
    let row = 0;
    values.forEach((other, j) => {
      row += Math.abs(value - other);
      corner[(i + 1) * width + j + 1] = (corner[i * width + j + 1] as number) + row;
    });
  });
  const at = (i: number, j: number) => corner[i * width + j] as number;
  return (first, last, otherFirst, otherLast) =>
    at(last, otherLast) - at(first, otherLast) - at(last, otherFirst) + at(first, otherFirst);
}
