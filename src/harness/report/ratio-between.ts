/** Finds what a scenario says about two of its variants, whichever of them it was compared with. */

import type { Comparison, ScenarioRecord, Verdict } from '../results/run-record.ts';
import { isBounded } from '../stats/bootstrap.ts';

/** Above 1: the candidate is faster. The verdict is the candidate's. */
export type Ratio = Pick<Comparison, 'ratio' | 'low' | 'high' | 'noiseFloor' | 'verdict'>;

const TURNED: Readonly<Record<Verdict, Verdict>> = {
  improved: 'regressed',
  regressed: 'improved',
  unchanged: 'unchanged',
  inconclusive: 'inconclusive',
};

/** The ratio of `candidate` to `baseline`; `undefined` when the two were not compared. */
export function ratioBetween(
  scenario: ScenarioRecord,
  baseline: string,
  candidate: string,
): Ratio | undefined {
  const find = (from: string, to: string) =>
    scenario.comparisons.find((pair) => pair.baseline === from && pair.candidate === to);
  const found = find(baseline, candidate);
  if (found !== undefined) return found;
  const inverse = find(candidate, baseline);
  if (inverse === undefined) return undefined;
  const { ratio, low, high, noiseFloor, verdict } = inverse;
  return {
    ratio: 1 / ratio,
    ...(isBounded(inverse) ? { low: 1 / high, high: 1 / low } : { low, high }),
    noiseFloor,
    verdict: TURNED[verdict],
  };
}
