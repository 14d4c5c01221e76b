/**
 * Whether rounds depend on those before them so much that an interval over them, which takes them for independent, is
 * too narrow: where neighbours correlate by 0.5, one of 95 % holds the median 83 % of the time, and by 0.9, 43 %.
 *
 * Few rounds cannot tell. In simulations, the test of {@link serialDependence} at 1 % finds such rows – neighbours that
 * correlate by 0.9 – in 8 of 100 when they have 10 rounds, and in 75 of 100 when they have 20. So fewer than 20 are not
 * looked at: what is found there so seldom is no comfort when it is not.
 */

import { type SerialDependence, serialDependence } from './autocorrelation.ts';

/** Rounds from which dependence is found more often than not. */
export const FEWEST_TO_TELL = 20;
/** How often a whole run of independent rounds may be called dependent. */
const ALPHA = 0.01;

/**
 * How rounds depend on those before them; `undefined` where that is no more than chance, or there are too few.
 *
 * @param values - above 0, one a round, in the order in which they were measured; compared as logarithms
 * @param looks - rows of the run that are looked at, this one among them: each may err as much less often (Bonferroni)
 * @throws ToolrigError `ERR_INVALID_MEASUREMENT` for a value that is not finite and above 0
 */
export function dependenceOfRounds(
  values: readonly number[],
  looks: number,
): SerialDependence | undefined {
  if (values.length < FEWEST_TO_TELL) return undefined;
  const found = serialDependence(values.map(Math.log));
  const isDependent = found !== undefined && found.lagOne > 0 && found.pValue < ALPHA / looks;
  return isDependent ? found : undefined;
}
