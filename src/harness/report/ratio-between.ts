/** Finds what a scenario says about two of its variants, whichever of them it was compared with. */

import type { ScenarioRecord } from '../results/run-record.ts';
import { isBounded } from '../stats/bootstrap.ts';

export interface Ratio {
  /** Above 1: the candidate is faster. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** The ratio of `candidate` to `baseline`; `undefined` when the two were not compared. */
export function ratioBetween(
  scenario: ScenarioRecord,
  baseline: string,
  candidate: string,
): Ratio | undefined {
  const find = (from: string, to: string) =>
    scenario.comparisons.find((pair) => pair.baseline === from && pair.candidate === to);
  const found = find(baseline, candidate);
  if (found !== undefined) return { ratio: found.ratio, low: found.low, high: found.high };
  const inverse = find(candidate, baseline);
  if (inverse === undefined) return undefined;
  return isBounded(inverse)
    ? { ratio: 1 / inverse.ratio, low: 1 / inverse.high, high: 1 / inverse.low }
    : { ratio: 1 / inverse.ratio, low: inverse.low, high: inverse.high };
}
