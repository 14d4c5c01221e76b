/**
 * Two variants of one run against each other, by their times per call, as a run record keeps it:
 * paired by round, with a verdict that is never finer than the noise of the run.
 *
 * Fewer rounds than an interval needs are inconclusive, however far apart the two came out, and so is what
 * has no noise floor, or calls that failed.
 */

import type { Comparison, VariantRecord } from '../results/run-record.ts';
import { FEWEST_ROUNDS } from '../stats/bootstrap.ts';
import { type CallCounts, failuresOf } from './failures.ts';
import { changeInRounds } from './suite.ts';
import { verdictOf } from './verdict.ts';

/** What of a variant's record is looked at. */
export type MeasuredVariant = Pick<VariantRecord, 'variant' | 'rounds'> & CallCounts;

/** Compares over the rounds that both have; `undefined` when there is none. */
export function compareVariants(
  baseline: MeasuredVariant,
  candidate: MeasuredVariant,
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
  const isWithoutGrounds =
    rounds < FEWEST_ROUNDS ||
    noiseFloor === null ||
    [baseline, candidate].some((each) => failuresOf(each) !== undefined);
  return {
    baseline: baseline.variant,
    candidate: candidate.variant,
    metric: 'nsPerCall',
    ratio,
    low,
    high,
    noiseFloor,
    verdict: isWithoutGrounds ? 'inconclusive' : verdictOf(low, high, { noiseFloor }),
  };
}
