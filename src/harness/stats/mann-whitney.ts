/**
 * Whether the values of one sample lie higher than those of another that is not paired with it: the
 * test of H. B. Mann & D. R. Whitney ("On a Test of Whether one of Two Random Variables is
 * Stochastically Larger than the Other", Annals of Mathematical Statistics 18, 1947). It asks for
 * the order of values alone, so one wild block counts no more than any other.
 *
 * For two runs that were not interleaved. Rounds of one run are pairs: `signed-rank.ts`.
 */

import { requireFiniteValues } from './check-values.ts';
import {
  cumulativeRankSum,
  exactPValues,
  NORMAL_FROM,
  normalPValues,
  type RankTest,
} from './rank-test.ts';
import { rankValues } from './ranks.ts';

/**
 * Tests `first` against `second`: `statistic` is U, the number of pairs in which the value of the
 * first is the higher one, ties counted half; `pValue.greater` is small when `first` lies higher.
 *
 * With `m` and `n` values no two-sided p-value is below 2 / C(m + n, m): for 4 and 4, 0.029.
 *
 * @throws ToolrigError `ERR_INVALID_MEASUREMENT` for an empty sample, or a value that is not finite
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): RankTest {
  requireFiniteValues('first', first);
  requireFiniteValues('second', second);
  const { ranks, tieSum } = rankValues([...first, ...second]);
  const [m, n] = [first.length, second.length];
  const rankSum = ranks.slice(0, m).reduce((sum, rank) => sum + rank, 0);
  const statistic = rankSum - (m * (m + 1)) / 2;
  if (tieSum === 0 && m < NORMAL_FROM && n < NORMAL_FROM) {
    const pValue = exactPValues(statistic, cumulativeRankSum(m, n));
    return { statistic, pValue, method: 'exact' };
  }
  const all = m + n;
  const variance = ((m * n) / 12) * (all + 1 - tieSum / (all * (all - 1)));
  return { statistic, pValue: normalPValues(statistic, (m * n) / 2, variance), method: 'normal' };
}
