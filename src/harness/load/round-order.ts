/**
 * The order in which variants take their blocks in a round. Rounds alternate in direction, so that
 * a machine that gets slower or faster during a run favours nobody: A B C, C B A, A B C …
 */

/** The items of round `round` (from 0), in the order in which they run. */
export function roundOrder<T>(items: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? items : items.toReversed();
}
