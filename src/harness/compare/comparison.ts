/**
 * Two variants of one run against each other: the ratio of their times per call, paired by round,
 * and a verdict that is never finer than the noise of the run.
 *
 *       1 ÷ (1 + floor)  1   1 + floor
 *   ─────────┼──────────┼──────────┼─────────▶ ratio (above 1: the candidate is faster)
 *   ├regressed┤                    ├improved┤     whole interval beyond the floor
 *             ├────── unchanged ───┤              whole interval within it
 *                     anything else: inconclusive
 *
 * Fewer rounds than an interval needs are inconclusive, however far apart the two came out.
 */

import type { Comparison, Verdict } from '../results/run-record.ts';
import { FEWEST_ROUNDS, pairedRatio } from '../stats/bootstrap.ts';

/** Time per call of each round of one variant, in ns, by round. */
export interface TimedVariant {
  readonly variant: string;
  readonly nsPerCall: ReadonlyMap<number, number>;
}

/** Compares over the rounds that both have; `undefined` when there is none. */
export function compareVariants(
  baseline: TimedVariant,
  candidate: TimedVariant,
  noiseFloor: number | null,
  random: () => number,
): Comparison | undefined {
  const rounds = [...baseline.nsPerCall.keys()].filter((round) => candidate.nsPerCall.has(round));
  if (rounds.length === 0) return undefined;
  const times = (timed: TimedVariant) =>
    rounds.map((round) => timed.nsPerCall.get(round) as number);
  const { median: ratio, low, high } = pairedRatio(times(baseline), times(candidate), random);
  return {
    baseline: baseline.variant,
    candidate: candidate.variant,
    metric: 'nsPerCall',
    ratio,
    low,
    high,
    noiseFloor,
    verdict: rounds.length < FEWEST_ROUNDS ? 'inconclusive' : verdictOf(low, high, noiseFloor ?? 0),
  };
}

/**
 * How far from 1 the ratio of a variant with itself may lie by chance, from its rounds and those
 * of its twin; `null` for fewer than two rounds.
 */
export function noiseFloorOf(
  nsPerCall: readonly number[],
  twinNsPerCall: readonly number[],
  random: () => number,
): number | null {
  const rounds = Math.min(nsPerCall.length, twinNsPerCall.length);
  if (rounds < 2) return null;
  const { low, high } = pairedRatio(
    nsPerCall.slice(0, rounds),
    twinNsPerCall.slice(0, rounds),
    random,
  );
  return Math.max(high - 1, 1 / low - 1, 0);
}

/** The verdict on an interval of a ratio that enough rounds stand behind. */
export function verdictOf(low: number, high: number, noiseFloor: number): Verdict {
  if (low > 1 + noiseFloor) return 'improved';
  if (high < 1 / (1 + noiseFloor)) return 'regressed';
  if (low >= 1 / (1 + noiseFloor) && high <= 1 + noiseFloor) return 'unchanged';
  return 'inconclusive';
}
