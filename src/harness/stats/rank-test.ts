/**
 * What the rank tests have in common: their result, the exact distributions of their statistics
 * under chance alone, and the normal approximation for many values or ties.
 *
 * Exact up to 49 values and without ties, else approximate: as R's `wilcox.test` decides, whose
 * figures the tests compare with.
 */

import { normalCdf } from './normal.ts';

export interface RankTest {
  /** The test's own statistic: U, or the sum of the ranks of positive differences. */
  readonly statistic: number;
  readonly pValue: PValues;
  /** `normal`: by the normal approximation, with correction for continuity and ties. */
  readonly method: 'exact' | 'normal';
}

/** How likely a statistic at least this extreme is by chance alone, from 0 to 1. */
export interface PValues {
  readonly twoSided: number;
  /** Small when values lie lower than chance has it. */
  readonly less: number;
  /** Small when values lie higher than chance has it. */
  readonly greater: number;
}

/** Values of a sample from which the normal approximation is used. */
export const NORMAL_FROM = 50;

/** P-values from the cumulative distribution of a statistic that is symmetric on 0 … its length − 1. */
export function exactPValues(statistic: number, cumulative: Float64Array): PValues {
  const less = cumulative[statistic] as number;
  const greater = cumulative[cumulative.length - 1 - statistic] as number;
  return { twoSided: Math.min(1, 2 * Math.min(less, greater)), less, greater };
}

/** P-values of a statistic that goes by whole numbers, approximately normal by chance alone. */
export function normalPValues(statistic: number, mean: number, variance: number): PValues {
  if (variance === 0) return { twoSided: 1, less: 1, greater: 1 };
  const deviation = Math.sqrt(variance);
  const distance = statistic - mean;
  const outward = Math.max(0, Math.abs(distance) - 0.5);
  return {
    twoSided: 2 * normalCdf(-outward / deviation),
    less: normalCdf((distance + 0.5) / deviation),
    greater: normalCdf(-(distance - 0.5) / deviation),
  };
}

/**
 * Probabilities of U up to each value, for samples of these sizes without ties. U counts how often a
 * value of the first lies above one of the second: 0 to `first × second`.
 *
 * By the recursion of Mann and Whitney (1947, eq. 5) on the largest of the values, which is of the first
 * sample, and above all of the second, or is of the second.
 */
export function cumulativeRankSum(first: number, second: number): Float64Array {
  // ways[i]: by U, arrangements of i values of the first sample and as many of the second as are done.
  const ways = Array.from({ length: first + 1 }, () => new Float64Array(first * second + 1));
  for (const each of ways) each[0] = 1;
  for (let j = 1; j <= second; j++) {
    for (let i = 1; i <= first; i++) {
      const [fewer, here] = [ways[i - 1] as Float64Array, ways[i] as Float64Array];
      for (let u = i * j; u >= j; u--) here[u] = (here[u] as number) + (fewer[u - j] as number);
    }
  }
  return cumulated(ways[first] as Float64Array);
}

/**
 * Probabilities of the signed-rank sum up to each value, for so many differences without ties: each
 * rank is in the sum or not (Wilcoxon 1945).
 */
export function cumulativeSignedRank(count: number): Float64Array {
  const ways = new Float64Array((count * (count + 1)) / 2 + 1);
  ways[0] = 1;
  for (let rank = 1; rank <= count; rank++) {
    for (let sum = ways.length - 1; sum >= rank; sum--) {
      ways[sum] = (ways[sum] as number) + (ways[sum - rank] as number);
    }
  }
  return cumulated(ways);
}

function cumulated(ways: Float64Array): Float64Array {
  let all = 0;
  const sums = ways.map((each) => {
    all += each;
    return all;
  });
  return sums.map((sum) => sum / all);
}
