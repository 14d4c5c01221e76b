/**
 * Tells when warming up is over: the time per call of successive windows neither moves in one
 * direction any more nor scatters more than it did.
 *
 * Georges, Buytaert & Eeckhout ("Statistically Rigorous Java Performance Evaluation", OOPSLA 2007,
 * §3.3) call a program steady once the coefficient of variation of its last k iterations is small
 * enough. Two changes make that usable on shared machines: the variation may be as large as it was
 * in the k windows before, for a noisy machine never becomes quiet; and one wild window, with a
 * collection in it, say, is overlooked, unless it is the latest and may be the start of something
 * new. A slope that hides inside the noise is looked for with the test of Mann (1945) and Kendall
 * (1975), its size estimated as Theil (1950) and Sen (1968) do.
 */

import { mean, median, sampleStandardDeviation } from 'simple-statistics';
import { requireAtLeast, requireInteger } from '../../core/options.ts';

export interface SteadyStateOptions {
  /** Windows that must be steady; twice as many are looked at. Default: 5. */
  readonly windows?: number;
  /** Scatter, and slope from first to last window, that is always fine, as a ratio. Default: 0.05. */
  readonly tolerance?: number;
}

/** Two-sided 5 % point of the standard normal distribution. */
const Z_95 = 1.96;

/**
 * Whether the last windows are steady. Fewer than `2 × windows` never are.
 *
 * @param windowsNsPerCall - time per call of windows of equal length, oldest first
 * @throws ToolrigError `ERR_INVALID_OPTION`
 */
export function isSteady(
  windowsNsPerCall: readonly number[],
  options: SteadyStateOptions = {},
): boolean {
  const { windows = 5, tolerance = 0.05 } = options;
  requireInteger('windows', windows, 3);
  requireAtLeast('tolerance', tolerance, 0);
  if (windowsNsPerCall.length < 2 * windows) return false;
  const earlier = windowsNsPerCall.slice(-2 * windows, -windows);
  const recent = windowsNsPerCall.slice(-windows);
  if (scatter(recent) > Math.max(tolerance, scatter(earlier))) return false;
  const both = [...earlier, ...recent];
  return !hasTrend(both) || Math.abs(relativeSlope(both)) <= tolerance;
}

/** Coefficient of variation without the value farthest from the median, if that is not the last. */
function scatter(values: readonly number[]): number {
  const middle = median([...values]);
  const distances = values.map((value) => Math.abs(value - middle));
  const farthest = distances.indexOf(Math.max(...distances));
  const kept = values.filter((_, i) => i !== farthest || i === values.length - 1);
  return sampleStandardDeviation(kept) / mean(kept);
}

/** Mann-Kendall: do later values lie above, or below, earlier ones more often than chance has it? */
function hasTrend(values: readonly number[]): boolean {
  const n = values.length;
  let score = 0;
  forEachPair(values, (earlier, later) => {
    score += Math.sign(later - earlier);
  });
  const deviation = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  return Math.abs(score) - 1 > Z_95 * deviation;
}

/** Theil-Sen: change from the first window to the last, relative to their median. */
function relativeSlope(values: readonly number[]): number {
  const slopes: number[] = [];
  forEachPair(values, (earlier, later, distance) => slopes.push((later - earlier) / distance));
  return (median(slopes) * (values.length - 1)) / median([...values]);
}

function forEachPair(
  values: readonly number[],
  visit: (earlier: number, later: number, distance: number) => void,
): void {
  for (let j = 1; j < values.length; j++) {
    for (let i = 0; i < j; i++) visit(values[i] as number, values[j] as number, j - i);
  }
}
