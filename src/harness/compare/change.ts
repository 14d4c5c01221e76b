/**
 * How a figure changed between two sets of rounds: a ratio with its 95 % interval, and how easily
 * chance alone makes such a change.
 *
 * Figures are compared as logarithms, so that twice as much and half as much are equally far from
 * none, and by their ranks, since rounds have heavy tails: one that met a pause of the machine moves
 * neither estimate far.
 *
 * - `paired`: one ratio a round, of two blocks that were measured side by side. What slowed the
 *   round slowed both. Hodges and Lehmann's estimate, with the interval and test of Wilcoxon's signed ranks.
 * - `unpaired`: rounds of different times. Hodges and Lehmann's shift, with the interval and test of
 *   Mann and Whitney. It takes rounds for independent, which those of one process are not quite: they share
 *   its luck, so that two runs of the same code differ more than this says.
 */

import { ToolrigError } from '../../core/errors.ts';
import { pairedShift, unpairedShift } from '../stats/hodges-lehmann.ts';
import { mannWhitney } from '../stats/mann-whitney.ts';
import { signedRank } from '../stats/signed-rank.ts';

export type Pairing = 'paired' | 'unpaired';

export interface Change {
  /** Candidate over baseline: 1.05 is 5 % more. */
  readonly ratio: number;
  /** 0 where nothing is known. */
  readonly low: number;
  /** `Number.MAX_VALUE` where nothing is known, which survives JSON. */
  readonly high: number;
  /** Probability of a change as large as this, or larger, when there is none. */
  readonly pValue: number;
}

/**
 * The change from `baseline` to `candidate`.
 *
 * @param baseline - numbers > 0, one a round; when `paired`, of the same rounds as `candidate`, in the
 *   same order
 * @throws ToolrigError `ERR_INVALID_MEASUREMENT` for no rounds, for numbers that are not finite and
 *   above 0, and for pairs of different number
 */
export function changeBetween(
  baseline: readonly number[],
  candidate: readonly number[],
  pairing: Pairing,
): Change {
  if (pairing === 'paired' && baseline.length !== candidate.length) {
    throw new ToolrigError(
      'ERR_INVALID_MEASUREMENT',
      `paired rounds must be equally many, got ${baseline.length} and ${candidate.length}`,
    );
  }
  const [base, other] = [logsOf('baseline', baseline), logsOf('candidate', candidate)];
  const differences = other.map((value, round) => value - (base[round] as number));
  const isPaired = pairing === 'paired';
  const { estimate, low, high } = isPaired ? pairedShift(differences) : unpairedShift(base, other);
  const { pValue } = isPaired ? signedRank(differences) : mannWhitney(base, other);
  // Nothing is known about the spread of one value, and no width would claim the opposite.
  const isKnown = Math.min(base.length, other.length) > 1;
  return {
    ratio: Math.exp(estimate),
    low: isKnown ? Math.exp(low) : 0,
    high: isKnown ? Math.exp(high) : Number.MAX_VALUE,
    pValue: pValue.twoSided,
  };
}

function logsOf(name: string, values: readonly number[]): number[] {
  const bad = values.find((value) => !(value > 0 && Number.isFinite(value)));
  if (values.length > 0 && bad === undefined) return values.map(Math.log);
  throw new ToolrigError(
    'ERR_INVALID_MEASUREMENT',
    `${name} must be finite numbers > 0, one a round, got ${bad ?? 'none'}`,
  );
}
