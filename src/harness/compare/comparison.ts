/**
 * Two variants of one run against each other, by their times per call, as a run record keeps it:
 * paired by round, with a verdict that is never finer than the noise of the run.
 *
 * Fewer rounds than an interval needs are inconclusive, however far apart the two came out, and so is what
 * has no noise floor.
 */

import type { Comparison, VariantRecord } from '../results/run-record.ts';
import { FEWEST_ROUNDS } from '../stats/bootstrap.ts';
import { changeInRounds } from './suite.ts';
import { verdictOf } from './verdict.ts';

/** Compares over the rounds that both have; `undefined` when there is none. */
export function compareVariants(
  baseline: Pick<VariantRecord, 'variant' | 'rounds'>,
  candidate: Pick<VariantRecord, 'variant' | 'rounds'>,
  noiseFloor: number | null,
): Comparison | undefined {
  // Turned round: the record's ratio says how many times faster the candidate is.
  const change = changeInRounds('nsPerCall', {
    baseline: candidate.rounds,
    candidate: baseline.rounds,
    pairing: 'paired',
  });
  if (change === undefined) return undefined;
  const { ratio, low, high, rounds } = change;
  return {
    baseline: baseline.variant,
    candidate: candidate.variant,
    metric: 'nsPerCall',
    ratio,
    low,
    high,
    noiseFloor,
    verdict:
      rounds < FEWEST_ROUNDS || noiseFloor === null
        ? 'inconclusive'
        : verdictOf(low, high, { noiseFloor }),
  };
}
