/**
 * What one variant costs beyond another, as far as a run supports it: whether a cost may be claimed
 * at all, and how large it is.
 *
 * A cost is claimed under the rule that verdicts follow: the whole interval of the paired ratio
 * lies beyond the measured noise floor, and enough rounds stand behind it. Calls that failed took
 * another way than those that are compared, so with any of them nothing is claimed either.
 */

import type { ScenarioRecord, VariantRecord } from '../results/run-record.ts';
import { FEWEST_ROUNDS, type Interval } from '../stats/bootstrap.ts';
import { ratioBetween } from './ratio-between.ts';

/** A cost, or why none is claimed. */
export type Cost =
  | {
      readonly claimed: true;
      /** Time a call, beyond that of the other variant. */
      readonly ns: Interval;
      /** How many times as long a call takes. */
      readonly times: Interval;
    }
  | { readonly claimed: false; readonly reason: NoCost };

/** `noise`: nothing that can be told from it. The others: what a claim would need is missing. */
export type NoCost = 'failures' | 'rounds' | 'noise';

/**
 * What `slow` costs beyond `fast`. The interval is that of the paired ratio, applied to the median
 * of `fast`: what slowed a whole round cancels out, and is not in it.
 */
export function costBetween(scenario: ScenarioRecord, fast: string, slow: string): Cost {
  const [base, other] = [fast, slow].map((name) =>
    scenario.variants.find(({ variant }) => variant === name),
  );
  const ratio = ratioBetween(scenario, fast, slow);
  if (base === undefined || other === undefined || ratio === undefined) return none('noise');
  if (base.failed > 0 || other.failed > 0) return none('failures');
  if (Math.min(roundsOf(base), roundsOf(other)) < FEWEST_ROUNDS) return none('rounds');
  if (ratio.noiseFloor === null || ratio.verdict !== 'regressed') return none('noise');
  const times = { median: 1 / ratio.ratio, low: 1 / ratio.high, high: 1 / ratio.low };
  const nsOf = (factor: number) => base.nsPerCall.median * (factor - 1);
  return {
    claimed: true,
    times,
    ns: { median: nsOf(times.median), low: nsOf(times.low), high: nsOf(times.high) },
  };
}

function none(reason: NoCost): Cost {
  return { claimed: false, reason };
}

function roundsOf({ rounds }: VariantRecord): number {
  return rounds.length;
}
