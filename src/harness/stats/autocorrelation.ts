/**
 * Whether values in a row depend on each other. Rounds that a slow swing of the machine passes through
 * do: they count for fewer than they are, so intervals and p-values that take them for independent
 * come out too small.
 */

import { mean } from 'simple-statistics';
import { requireInteger } from '../../core/options.ts';
import { requireFiniteValues } from './check-values.ts';
import { normalCdf } from './normal.ts';

/** How much values depend on those just before them. */
export interface SerialDependence {
  /** Autocorrelation at lag 1: from −1 to 1, about 0 for independent values. */
  readonly lagOne: number;
  /** How likely a correlation at least as far from 0 is among independent values. */
  readonly pValue: number;
  /** How many independent values would tell the mean as exactly: from 1 to the number of values. */
  readonly effectiveSize: number;
}

/** Values from which the test means something: its distribution is one of many. */
export const FEWEST_IN_A_ROW = 8;

/**
 * Looks at values in the order in which they came about.
 *
 * The p-value is that of G. M. Ljung & G. E. P. Box ("On a Measure of Lack of Fit in Time Series Models",
 * Biometrika 65, 1978) at lag 1. The effective size is n / (1 + 2 Σ ρₖ), summed for as long as the sum of two
 * neighbouring lags is positive: the initial positive sequence of C. J. Geyer ("Practical Markov
 * Chain Monte Carlo", Statistical Science 7, 1992, §3.3).
 *
 * @returns `undefined` for fewer than {@link FEWEST_IN_A_ROW} values, or values that are all equal
 * @throws ToolrigError `ERR_INVALID_MEASUREMENT` for a value that is not finite
 */
export function serialDependence(values: readonly number[]): SerialDependence | undefined {
  requireFiniteValues('values', values, 0);
  const n = values.length;
  if (n < FEWEST_IN_A_ROW || values.every((value) => value === values[0])) return undefined;
  const lagOne = autocorrelation(values, 1);
  const score = Math.sqrt((n * (n + 2) * lagOne ** 2) / (n - 1));
  return { lagOne, pValue: 2 * normalCdf(-score), effectiveSize: effectiveSize(values) };
}

/**
 * Correlation of values with those `lag` places before, by the estimator that never leaves −1 to 1
 * (G. E. P. Box & G. M. Jenkins, "Time Series Analysis", §2.1.5), as R's `acf` has it.
 *
 * @param values - not all equal
 * @param lag - 0 to the number of values less one
 */
export function autocorrelation(values: readonly number[], lag: number): number {
  requireFiniteValues('values', values);
  requireInteger('lag', lag, 0, values.length - 1);
  const centre = mean([...values]);
  const distances = values.map((value) => value - centre);
  const productSum = (by: number) =>
    distances
      .slice(by)
      .reduce((sum, distance, index) => sum + distance * (distances[index] as number), 0);
  return productSum(lag) / productSum(0);
}

function effectiveSize(values: readonly number[]): number {
  const n = values.length;
  let sum = -1; // lag 0 is counted once, all others twice
  for (let lag = 0; lag + 1 < n; lag += 2) {
    const pair = autocorrelation(values, lag) + autocorrelation(values, lag + 1);
    if (pair <= 0) break;
    sum += 2 * pair;
  }
  return Math.min(n, Math.max(1, n / Math.max(sum, Number.EPSILON)));
}
