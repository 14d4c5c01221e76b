/**
 * Whether paired differences lie around 0: the signed-rank test of F. Wilcoxon ("Individual
 * Comparisons by Ranking Methods", Biometrics Bulletin 1, 1945). For the log ratios of rounds: as often and as
 * far above 0 as below, if there is no difference between what was compared.
 */

import { requireFiniteValues } from './check-values.ts';
import {
  cumulativeSignedRank,
  exactPValues,
  NORMAL_FROM,
  normalPValues,
  type RankTest,
} from './rank-test.ts';
import { rankValues } from './ranks.ts';

/**
 * Tests the differences of pairs: `statistic` is the sum of the ranks of those above 0;
 * `pValue.greater` is small when they lie above 0. Differences of exactly 0 are left out, as
 * Wilcoxon did, and make the result approximate; with nothing left, all p-values are 1.
 *
 * Of `n` pairs no two-sided p-value is below 2^(1−n): 0.031 for 6, 0.002 for 10. Corrected for 20
 * comparisons ({@link holmAdjusted}) nothing can be found with fewer than 10 pairs.
 *
 * @throws ToolrigError `ERR_INVALID_MEASUREMENT` for no differences, or one that is not finite
 */
export function signedRank(differences: readonly number[]): RankTest {
  requireFiniteValues('differences', differences);
  const unequal = differences.filter((difference) => difference !== 0);
  const { ranks, tieSum } = rankValues(unequal.map(Math.abs));
  const n = unequal.length;
  const statistic = ranks.reduce(
    (sum, rank, index) => ((unequal[index] as number) > 0 ? sum + rank : sum),
    0,
  );
  if (tieSum === 0 && n === differences.length && n < NORMAL_FROM) {
    const pValue = exactPValues(statistic, cumulativeSignedRank(n));
    return { statistic, pValue, method: 'exact' };
  }
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - tieSum / 48;
  const pValue = normalPValues(statistic, (n * (n + 1)) / 4, variance);
  return { statistic, pValue, method: 'normal' };
}
