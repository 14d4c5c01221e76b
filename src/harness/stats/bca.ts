/**
 * Bootstrap intervals for any statistic over rounds, corrected for bias and for how its spread
 * changes with its size: BCa (B. Efron, "Better Bootstrap Confidence Intervals", JASA 82, 1987;
 * Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, §14.3).
 *
 * For what moves smoothly when one round does: sums over sums (calls by time, CPU by calls), means,
 * correlations, all of which lean to one side when there are few rounds. Not for medians: with rounds left out
 * one by one a median takes two or three values, which say nothing of its spread (op. cit., §10.6).
 * Those, and the ratios of comparisons that rest on them, have `bootstrap.ts`.
 *
 * A round is drawn whole, with all that was measured in it: what is paired stays paired.
 */

import { mean } from 'simple-statistics';
import { requireAtLeast, requireInteger } from '../../core/options.ts';
import type { BootstrapOptions } from './bootstrap.ts';
import { requireFiniteValues } from './check-values.ts';
import { normalCdf, normalQuantile } from './normal.ts';

/** A statistic with its interval. */
export interface Estimate {
  readonly estimate: number;
  /** `-Number.MAX_VALUE` when there was one round only, and nothing is known. */
  readonly low: number;
  /** `Number.MAX_VALUE` when there was one round only, and nothing is known. */
  readonly high: number;
}

/**
 * A statistic of rounds with its interval.
 *
 * @param rounds - whatever was measured in each
 * @param statistic - of as many rounds, some of them several times; finite
 * @throws ToolrigError `ERR_INVALID_MEASUREMENT` for no rounds, or a statistic that is not finite;
 *   `ERR_INVALID_OPTION`
 */
export function bcaInterval<Round>(
  rounds: readonly Round[],
  statistic: (rounds: readonly Round[]) => number,
  random: () => number,
  options: BootstrapOptions = {},
): Estimate {
  const { resamples = 2_000, confidence = 0.95 } = options;
  requireInteger('resamples', resamples, 100);
  requireAtLeast('confidence', confidence, 0.5, 0.999);
  const estimate = rounds.length === 0 ? Number.NaN : statistic(rounds);
  requireFiniteValues('the statistic of all rounds', [estimate]);
  if (rounds.length === 1) {
    return { estimate, low: -Number.MAX_VALUE, high: Number.MAX_VALUE };
  }
  const drawn = resample(rounds, statistic, random, resamples);
  const bias = biasOf(drawn, estimate);
  const acceleration = accelerationOf(rounds, statistic);
  const endAt = (probability: number): number => {
    const shifted = bias + normalQuantile(probability);
    const corrected = normalCdf(bias + shifted / (1 - acceleration * shifted));
    const index = Math.floor(corrected * resamples);
    return drawn[Math.min(resamples - 1, index)] as number;
  };
  return { estimate, low: endAt((1 - confidence) / 2), high: endAt((1 + confidence) / 2) };
}

/** The statistic of rounds drawn with replacement, sorted. */
function resample<Round>(
  rounds: readonly Round[],
  statistic: (rounds: readonly Round[]) => number,
  random: () => number,
  resamples: number,
): Float64Array {
  const drawn = new Float64Array(resamples);
  const sample = [...rounds];
  for (let i = 0; i < resamples; i++) {
    for (let j = 0; j < sample.length; j++) {
      sample[j] = rounds[Math.floor(random() * rounds.length)] as Round;
    }
    drawn[i] = statistic(sample);
  }
  requireFiniteValues('the statistic of resampled rounds', drawn as unknown as number[]);
  return drawn.toSorted();
}

/**
 * How far the median of what was drawn lies from the estimate, in standard deviations (eq. 14.14).
 * What equals the estimate counts half, and no more than all but one count as beyond it.
 */
function biasOf(drawn: Float64Array, estimate: number): number {
  const below = drawn.filter((value) => value < estimate).length;
  const equal = drawn.filter((value) => value === estimate).length;
  const share = (below + equal / 2) / drawn.length;
  return normalQuantile(Math.min(1 - 1 / drawn.length, Math.max(1 / drawn.length, share)));
}

/** Skewness of the statistic as rounds are left out one by one (eq. 14.15). */
function accelerationOf<Round>(
  rounds: readonly Round[],
  statistic: (rounds: readonly Round[]) => number,
): number {
  const without = rounds.map((_, left) => statistic(rounds.filter((_round, i) => i !== left)));
  requireFiniteValues('the statistic of all rounds but one', without);
  const centre = mean(without);
  const distances = without.map((value) => centre - value);
  const squares = distances.reduce((sum, distance) => sum + distance ** 2, 0);
  const cubes = distances.reduce((sum, distance) => sum + distance ** 3, 0);
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}
