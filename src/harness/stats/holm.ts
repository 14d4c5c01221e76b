/**
 * Holm's correction for many tests at once (S. Holm, "A Simple Sequentially Rejective Multiple Test
 * Procedure", Scandinavian Journal of Statistics 6, 1979). A suite of 20 scenarios that compares
 * equal code at 5 % calls one of them different two times out of three; with adjusted p-values, it
 * calls any of them different one time in 20. Unlike Bonferroni's it costs power only where there
 * is nothing to find, and unlike Hochberg's it holds however the tests depend on each other, as
 * those of one run do.
 */

import { ToolrigError } from '../../core/errors.ts';

/**
 * Adjusted p-values, in the order given: those up to 0.05 are findings at a family-wise 5 %.
 *
 * @throws ToolrigError `ERR_INVALID_MEASUREMENT` for one that is not from 0 to 1
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const bad = pValues.findIndex((p) => !(p >= 0 && p <= 1));
  if (bad !== -1) {
    throw new ToolrigError(
      'ERR_INVALID_MEASUREMENT',
      `p-values must be numbers from 0 to 1, got ${pValues[bad]} at index ${bad}`,
    );
  }
  const order = pValues.map((_, index) => index);
  order.sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const adjusted = pValues.map(() => 1);
  let largest = 0;
  order.forEach((index, position) => {
    const scaled = (pValues[index] as number) * (pValues.length - position);
    largest = Math.min(1, Math.max(largest, scaled));
    adjusted[index] = largest;
  });
  return adjusted;
}
