/**
 * What quads say about a metric: whether the candidate is worse than the base, by more than does
 * not matter.
 *
 *                   1     1 + tolerance    1 + max(tolerance, noise floor)
 *   ────────────────┼──────────┼───────────┼──────────▶  candidate over base: above 1 is worse
 *   ├── unchanged ─────────┤               ├regressed┤   whole interval below, whole interval above
 *                     anything else: inconclusive
 *
 * Each quad is one ratio, that of the geometric means of its sides. Two questions are asked of the ratios, each
 * with its one-sided signed-rank test: are they above the upper limit (`regressed`), and are they below the
 * lower one (`unchanged`, or `improved` when they lie below 1 by as much)? A gate fails when one metric of many
 * is found worse, so those p-values are Holm's. It passes only when each of them is found not
 * worse, which needs no correction: R. L. Berger, "Multiparameter Hypothesis Testing and Acceptance
 * Sampling", Technometrics 24 (1982).
 */

import type { Verdict } from '../../results/run-record.ts';
import { pairedShift, type Shift } from '../../stats/hodges-lehmann.ts';
import { holmAdjusted } from '../../stats/holm.ts';
import { normalQuantile } from '../../stats/normal.ts';
import { signedRank } from '../../stats/signed-rank.ts';
import type { MetricComparison } from '../suite.ts';
import type { GateSubject } from './quad.ts';
import { comparedBy, type GateMetric, type GateSample } from './sample.ts';

export interface JudgementRules {
  readonly metrics: readonly GateMetric[];
  /** The largest change that does not matter: 0.03 is 3 %. */
  readonly tolerance: number;
  /** How often a claim may be made that is not true. */
  readonly alpha: number;
}

/**
 * One metric of one subject. `baseline` and `candidate` are geometric means over processes, `low` and
 * `high` the interval in which claims at `alpha` are made, and the p-value is of the claim that it is
 * worse by more than the limit.
 */
export interface Judgement extends MetricComparison {
  readonly scenario: string;
  readonly variant: string;
  readonly metric: GateMetric;
  /** What was compared: the metric, or what stood for it; see {@link comparedBy}. */
  readonly figure: GateMetric;
  /** Quads, or starts where there is no base to take turns with. */
  readonly count: number;
}

const POWER = 0.8;

/** Judges every metric of every subject; those without quads are left out. */
export function judge(subjects: readonly GateSubject[], rules: JudgementRules): Judgement[] {
  const measured = subjects
    .filter(({ quads }) => quads.length > 0)
    .flatMap((subject) => rules.metrics.map((metric) => observe(subject, metric, rules)));
  return judgeAll(measured, rules);
}

/** Judges observations, with Holm's correction over all of them. */
export function judgeAll(observed: readonly Observation[], rules: JudgementRules): Judgement[] {
  const adjusted = holmAdjusted(observed.map(({ pValue }) => pValue));
  return observed.map((each, index) => judgeOne(each, adjusted[index] as number, rules));
}

/** One metric, before what the others say about it. */
export interface Observation extends Omit<Judgement, 'adjustedPValue' | 'verdict' | 'reason'> {
  /** Whether so few quads can support a claim at all. */
  readonly isEnough: boolean;
}

function observe(
  { scenario, variant, quads }: GateSubject,
  metric: GateMetric,
  { tolerance, alpha }: JudgementRules,
): Observation {
  const figure = comparedBy(metric, quads.flat());
  const logs = quads.map((samples) => samples.map((sample) => logOf(sample, figure)));
  const changes = logs.map(([a1 = 0, b1 = 0, b2 = 0, a2 = 0]) => (b1 + b2 - a1 - a2) / 2);
  const confidence = 1 - 2 * alpha;
  const shift = pairedShift(changes, { confidence });
  const noiseFloor = noiseFloorOf(logs);
  const limit = Math.log1p(Math.max(tolerance, noiseFloor ?? 0));
  return {
    scenario,
    variant,
    metric,
    figure,
    count: quads.length,
    baseline: Math.exp(mean(logs.flatMap(([a1 = 0, , , a2 = 0]) => [a1, a2]))),
    candidate: Math.exp(mean(logs.flatMap(([, b1 = 0, b2 = 0]) => [b1, b2]))),
    ratio: Math.exp(shift.estimate),
    low: Math.exp(shift.low),
    high: Math.exp(shift.high),
    pValue: signedRank(changes.map((change) => change - limit)).pValue.greater,
    noiseFloor,
    detectable: noiseFloor === null ? null : Math.expm1(limit + reachOf(shift, alpha)),
    isEnough: shift.confidence >= confidence,
  };
}

/**
 * How far from 1 equal code comes out, its 95 % interval included. The processes of a quad can be set two against
 * two in three ways. One is the change; in the other two either side is once above and once below, so
 * that no difference between the sides is in them, and their spread is the change's own.
 *
 *     A B B A    − + + −  the change     + − + −  and  + + − −  noise
 *
 * A steady drift of the machine shifts all ratios of a kind alike. So that is taken out, and which pair is on top
 * changes from quad to quad.
 */
function noiseFloorOf(logs: readonly (readonly number[])[]): number | null {
  if (logs.length < 2) return null;
  const crossed = logs.map(([a1 = 0, b1 = 0, b2 = 0, a2 = 0]) => (a1 - b1 + b2 - a2) / 2);
  const halves = logs.map(([a1 = 0, b1 = 0, b2 = 0, a2 = 0]) => (a1 + b1 - b2 - a2) / 2);
  const { low, high } = pairedShift([...withoutDrift(crossed), ...withoutDrift(halves)]);
  return Math.expm1(Math.max(high, -low, 0));
}

function withoutDrift(ratios: readonly number[]): number[] {
  const { estimate } = pairedShift(ratios);
  return ratios.map((ratio, index) => (ratio - estimate) * (index % 2 === 0 ? 1 : -1));
}

function judgeOne(
  { isEnough, ...observed }: Observation,
  adjustedPValue: number,
  { tolerance, alpha }: JudgementRules,
): Judgement {
  const { low, high, noiseFloor, count } = observed;
  const result = (verdict: Verdict, reason: string | null = null): Judgement => ({
    ...observed,
    adjustedPValue,
    verdict,
    reason,
  });
  if (!isEnough || noiseFloor === null) {
    return result('inconclusive', `${count} ${count === 1 ? 'is' : 'are'} too few to say anything`);
  }
  const limit = 1 + Math.max(tolerance, noiseFloor);
  if (low > limit) {
    if (adjustedPValue <= alpha) return result('regressed');
    return result('inconclusive', 'may be chance, among so many metrics');
  }
  if (noiseFloor <= tolerance) {
    if (high < 1 / limit) return result('improved');
    if (high < limit) return result('unchanged');
    return result('inconclusive', 'the interval is too wide');
  }
  return result('inconclusive', 'the noise floor is above the tolerance');
}

/** How far above a limit a change lies when its interval is above it four times of five, as a logarithm. */
export function reachOf({ low, high }: Pick<Shift, 'low' | 'high'>, alpha: number): number {
  return ((high - low) / 2) * (1 + normalQuantile(POWER) / normalQuantile(1 - alpha));
}

/** Of what is less than one of its unit, as no bytes, a ratio would be infinite: it counts as one. */
export function logOf({ figures }: Pick<GateSample, 'figures'>, metric: GateMetric): number {
  return Math.log(Math.max(1, figures[metric]));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
