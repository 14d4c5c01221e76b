/**
 * Intervals for the median over rounds, by resampling them. The round is the unit: calls within a
 * block share its luck, so they are never resampled one by one.
 *
 * The interval is the percentile bootstrap's (Efron & Tibshirani, "An Introduction to the
 * Bootstrap", 1993, ch. 13), whose ends are taken a little further out, because with few rounds it
 * is too narrow: for 7 rounds it would hold the true median 87.5 % of the time instead of 95 %.
 * How far is Hesterberg's expanded percentile interval ("What Teachers Should Know About the
 * Bootstrap", The American Statistician 69, 2015, §4.3).
 *
 * Fewer rounds say less than any formula can repair: see {@link medianInterval}.
 */

import { median } from 'simple-statistics';
import { ToolrigError } from '../../core/errors.ts';
import { requireInteger } from '../../core/options.ts';
import { normalCdf, normalQuantile } from './normal.ts';

/**
 * Rounds from which an interval is one of 95 %, and a verdict may rest on it. Below it even the
 * widest that rounds can give, their range, holds the median less often: 94 % of the time for 5.
 */
export const FEWEST_ROUNDS = 6;

/** A median with its 95 % bootstrap interval over rounds. */
export interface Interval {
  readonly median: number;
  /** 0 when there was one round only, and nothing is known. */
  readonly low: number;
  /** `Number.MAX_VALUE` when there was one round only, and nothing is known. */
  readonly high: number;
}

export interface BootstrapOptions {
  /** Samples drawn. Default: 2,000. */
  readonly resamples?: number;
  /** Share of intervals that hold the true median, 0.5 to 0.999. Default: 0.95. */
  readonly confidence?: number;
}

/** Whether an interval says anything: `false` when it came from one round. */
export function isBounded(interval: { readonly low: number; readonly high: number }): boolean {
  return interval.high < Number.MAX_VALUE;
}

/**
 * The median of values that are not negative, one a round, with its interval.
 *
 * - One value: from 0 to `Number.MAX_VALUE`. Nothing is known about its spread, and an interval of
 *   no width would claim the opposite. Both ends survive JSON, and no verdict can rest on them.
 * - Fewer than {@link FEWEST_ROUNDS}: the 95 % interval comes out as their range, and is worth less than it says.
 *   A range of n values holds the median with probability 1 − 2^(1−n): 50 % for 2, 94 % for 5.
 * - Six or more: the expanded percentile bootstrap, which in simulations holds it 95 to 98 %.
 *
 * @throws ToolrigError `ERR_INVALID_MEASUREMENT` for no values, or one that is not a finite number >= 0
 */
export function medianInterval(
  values: readonly number[],
  random: () => number,
  options: BootstrapOptions = {},
): Interval {
  requireValues('values', values, (value) => value >= 0, '>= 0');
  if (values.length === 1) return { median: values[0] as number, low: 0, high: Number.MAX_VALUE };
  return resampledMedian(values, random, options);
}

/**
 * How many times faster the candidate is than the baseline: the median over rounds of baseline
 * over candidate, both in time per call, with its interval. Above 1, the candidate is faster.
 *
 * Each round is its own comparison, so what slows a whole round cancels out; the ratios are
 * averaged as logarithms, so that swapping the two gives the reciprocal.
 *
 * @param baseline - time per call of each round, as `candidate`: same rounds, same order
 * @throws ToolrigError `ERR_INVALID_MEASUREMENT` as {@link medianInterval}, for 0, and when the lengths differ
 */
export function pairedRatio(
  baseline: readonly number[],
  candidate: readonly number[],
  random: () => number,
  options: BootstrapOptions = {},
): Interval {
  requirePositiveValues('baseline', baseline);
  requirePositiveValues('candidate', candidate);
  if (baseline.length !== candidate.length) {
    throw new ToolrigError(
      'ERR_INVALID_MEASUREMENT',
      `baseline and candidate must have the same rounds, got ${baseline.length} and ` +
        `${candidate.length}`,
    );
  }
  const logRatios = baseline.map((base, round) => Math.log(base / (candidate[round] as number)));
  if (logRatios.length === 1) {
    return { median: Math.exp(logRatios[0] as number), low: 0, high: Number.MAX_VALUE };
  }
  const interval = resampledMedian(logRatios, random, options);
  return {
    median: Math.exp(interval.median),
    low: Math.exp(interval.low),
    high: Math.exp(interval.high),
  };
}

function resampledMedian(
  values: readonly number[],
  random: () => number,
  { resamples = 2_000, confidence = 0.95 }: BootstrapOptions,
): Interval {
  requireInteger('resamples', resamples, 100);
  if (!(confidence >= 0.5 && confidence <= 0.999)) {
    throw new ToolrigError(
      'ERR_INVALID_OPTION',
      `confidence must be from 0.5 to 0.999, got ${confidence}`,
    );
  }
  const observed = median([...values]);
  const medians = new Float64Array(resamples);
  const sample = Array.from<number>({ length: values.length });
  for (let i = 0; i < resamples; i++) {
    for (let j = 0; j < sample.length; j++) {
      sample[j] = values[Math.floor(random() * values.length)] as number;
    }
    medians[i] = median(sample);
  }
  medians.sort();
  const outside = Math.floor(expandedTail(values.length, confidence) * resamples);
  return {
    median: observed,
    low: medians[outside] as number,
    high: medians[resamples - 1 - outside] as number,
  };
}

/** Share of the resampled medians to leave out at each end. */
function expandedTail(count: number, confidence: number): number {
  const t = studentQuantile((1 + confidence) / 2, count - 1);
  return normalCdf(-t * Math.sqrt(count / (count - 1)));
}

/** Student's t by its Cornish-Fisher expansion: Abramowitz & Stegun 26.7.5. */
export function studentQuantile(probability: number, degrees: number): number {
  const z = normalQuantile(probability);
  const z2 = z * z;
  return (
    z +
    (z * (z2 + 1)) / (4 * degrees) +
    (z * ((5 * z2 + 16) * z2 + 3)) / (96 * degrees ** 2) +
    (z * (((3 * z2 + 19) * z2 + 17) * z2 - 15)) / (384 * degrees ** 3)
  );
}

function requirePositiveValues(name: string, values: readonly number[]): void {
  requireValues(name, values, (value) => value > 0, '> 0');
}

function requireValues(
  name: string,
  values: readonly number[],
  isInRange: (value: number) => boolean,
  range: string,
): void {
  if (values.length === 0) {
    throw new ToolrigError(
      'ERR_INVALID_MEASUREMENT',
      `${name} must have at least one round, got none`,
    );
  }
  const bad = values.findIndex((value) => !(isInRange(value) && Number.isFinite(value)));
  if (bad === -1) return;
  throw new ToolrigError(
    'ERR_INVALID_MEASUREMENT',
    `${name} must be finite numbers ${range}, got ${values[bad]} in round ${bad}`,
  );
}
