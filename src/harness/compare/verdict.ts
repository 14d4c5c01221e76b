/**
 * From an interval to a verdict: what may be said about a ratio, given the noise that was measured
 * and the difference that somebody cares about.
 *
 *       1 ÷ (1 + δ)     1      1 + δ          δ = max(tolerance, noise floor)
 *   ────────┼───────────┼────────┼─────────▶  ratio (above 1: the candidate is better)
 *   ├regressed┤                  ├improved┤   whole interval beyond δ
 *            ├──── unchanged ────┤            whole interval within the tolerance, and the floor too
 *                     anything else: inconclusive
 *
 * "Unchanged" is a claim as the others are. Where the noise is more than the tolerance it cannot be made:
 * a gate that passed because nothing could be seen would pass anything.
 */

import type { Verdict } from '../results/run-record.ts';

/** What a verdict is held against. */
export interface VerdictBounds {
  /** How far from 1 the ratio of a thing with itself came out: 0.03 is 3 %. */
  readonly noiseFloor: number;
  /**
   * The largest difference that does not matter: 0.03 is 3 %. Default: the noise floor, for when
   * every difference that can be told from noise matters.
   */
  readonly tolerance?: number;
}

/** The verdict on an interval of a ratio that enough rounds stand behind; above 1 is better. */
export function verdictOf(low: number, high: number, bounds: VerdictBounds): Verdict {
  const { noiseFloor, tolerance = noiseFloor } = bounds;
  const limit = 1 + Math.max(noiseFloor, tolerance);
  if (low > limit) return 'improved';
  if (high < 1 / limit) return 'regressed';
  if (noiseFloor <= tolerance && low >= 1 / limit && high <= limit) return 'unchanged';
  return 'inconclusive';
}
