/**
 * Compares a suite: every metric of every subject, each with an interval, and verdicts that stand
 * for the suite as a whole.
 *
 *   rounds ──▶ change (ratio, interval, p) ──▶ Holm over the suite ──▶ verdict, or why there is none
 *
 * Of a hundred comparisons of equal code five have an interval that leaves out "no change". So a
 * difference must hold twice: its interval lies beyond tolerance and noise floor, and its p-value
 * survives Holm's correction for the number of comparisons that were made.
 */

import { median } from 'simple-statistics';
import type { RoundRecord, Verdict } from '../results/run-record.ts';
import { isTimerLimited } from '../results/timer-limit.ts';
import { FEWEST_ROUNDS, isBounded } from '../stats/bootstrap.ts';
import { holmAdjusted } from '../stats/holm.ts';
import { type Change, changeBetween, type Pairing } from './change.ts';
import { detectableChange } from './detectable.ts';
import {
  DEFAULT_METRICS,
  hasSuccess,
  isMoreBetter,
  isToldBy,
  type Metric,
  metricOf,
  PERCENTILES,
} from './metric.ts';
import { verdictOf } from './verdict.ts';

/** Noise floor of each metric that has one: 0.03 is 3 %. */
export type NoiseFloors = Readonly<Partial<Record<Metric, number>>>;

/** Two sets of rounds. */
export interface RoundSets {
  readonly baseline: readonly RoundRecord[];
  readonly candidate: readonly RoundRecord[];
  /** `paired`: rounds of the same number were measured side by side; others are left out. */
  readonly pairing: Pairing;
}

/** Two sets of rounds of one thing. */
export interface Subject extends RoundSets {
  readonly scenario: string;
  /** As it is to be shown: `native`, or `json → native` for two variants of one run. */
  readonly variant: string;
  readonly noiseFloors: NoiseFloors;
  /** What a read of the clock took that timed the calls, in ns. Default: 0, percentiles are exact. */
  readonly clockReadNs?: number;
  /** Why no change of CPU per call means anything: the sides have not counted that of the same processes. */
  readonly cpuDoubt?: string | undefined;
  /** Why nothing can be concluded, whatever the figures; `undefined` when nothing stands against it. */
  readonly doubt?: string | undefined;
}

export interface SuiteOptions {
  /** Default: {@link DEFAULT_METRICS}. */
  readonly metrics?: readonly Metric[];
  /** The largest change that does not matter, 0.03 is 3 %. Default: 0.03. */
  readonly tolerance?: number;
  /** How often a suite without any difference may be given one. Default: 0.05. */
  readonly alpha?: number;
}

export interface MetricComparison {
  readonly metric: Metric;
  /** Medians over rounds, in ns, bytes, or calls per second. */
  readonly baseline: number;
  readonly candidate: number;
  /** Candidate over baseline, 1.05 is 5 % more, with its 95 % interval; see {@link Change}. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly pValue: number;
  /** Holm's, over the suite. */
  readonly adjustedPValue: number;
  /** `null` where none was measured. */
  readonly noiseFloor: number | null;
  /** The change for the worse that would have been found four times of five; `null`: none. */
  readonly detectable: number | null;
  readonly verdict: Verdict;
  /** Why it is `inconclusive`; `null` where it is not. */
  readonly reason: string | null;
}

export interface SubjectComparison {
  readonly scenario: string;
  readonly variant: string;
  readonly pairing: Pairing;
  /** Rounds of each side that were compared. */
  readonly rounds: { readonly baseline: number; readonly candidate: number };
  readonly metrics: readonly MetricComparison[];
}

/** Compares all subjects; those without a round in which a call succeeded, on either side, have no metrics. */
export function compareSuite(
  subjects: readonly Subject[],
  options: SuiteOptions = {},
): SubjectComparison[] {
  const { metrics = DEFAULT_METRICS, tolerance = 0.03, alpha = 0.05 } = options;
  const measured = subjects.map((subject) => {
    const sets = matched(subject);
    const figures = (isMeasured(sets) ? metrics : []).map((metric) => figuresOf(metric, sets));
    return { subject, sets, figures };
  });
  const adjusted = holmAdjusted(
    measured.flatMap(({ figures }) => figures.map(({ pValue }) => pValue)),
  );
  let next = 0;
  return measured.map(({ subject, sets, figures }) => ({
    scenario: subject.scenario,
    variant: subject.variant,
    pairing: subject.pairing,
    rounds: { baseline: sets.baseline.length, candidate: sets.candidate.length },
    metrics: figures.map((each) =>
      concluded(each, adjusted[next++] as number, {
        noiseFloor: subject.noiseFloors[each.metric] ?? null,
        tolerance,
        alpha,
        comparisons: adjusted.length,
        doubt:
          subject.doubt ??
          fewRounds(sets) ??
          fewCalls(each.metric, sets) ??
          (each.metric === 'cpuNsPerCall' ? subject.cpuDoubt : undefined) ??
          clockDoubt(each, subject.clockReadNs),
      }),
    ),
  }));
}

/**
 * How far from 1 the ratio of something to itself came out, its interval included, by metric:
 * nothing finer can be told. From rounds that were measured side by side; a metric whose interval
 * is not bounded has none.
 */
export function noiseFloorsOf(
  own: readonly RoundRecord[],
  twin: readonly RoundRecord[],
  metrics: readonly Metric[],
): NoiseFloors {
  const floors: Partial<Record<Metric, number>> = {};
  for (const metric of metrics) {
    const change = changeInRounds(metric, { baseline: own, candidate: twin, pairing: 'paired' });
    if (change === undefined || !isBounded(change)) continue;
    floors[metric] = Math.max(change.high - 1, 1 / change.low - 1, 0);
  }
  return floors;
}

/** A change, and how many rounds stand behind it. */
export interface ChangeInRounds extends Change {
  /** Of the side that has fewer. */
  readonly rounds: number;
}

/**
 * The change of one metric; `undefined` when a side has no round in which a call succeeded.
 *
 * @throws ToolrigError `ERR_INVALID_MEASUREMENT` for rounds without calls or time
 */
export function changeInRounds(metric: Metric, given: RoundSets): ChangeInRounds | undefined {
  const sets = matched(given);
  return isMeasured(sets) ? { ...figuresOf(metric, sets), rounds: fewestOf(sets) } : undefined;
}

interface Figures extends Change {
  readonly metric: Metric;
  readonly baseline: number;
  readonly candidate: number;
}

function figuresOf(metric: Metric, { baseline, candidate, pairing }: RoundSets): Figures {
  const valuesOf = (rounds: readonly RoundRecord[]) => rounds.map((each) => metricOf(metric, each));
  const [base, other] = [valuesOf(baseline), valuesOf(candidate)];
  return {
    metric,
    baseline: median(base),
    candidate: median(other),
    ...changeBetween(base, other, pairing),
  };
}

interface Grounds {
  readonly noiseFloor: number | null;
  readonly tolerance: number;
  readonly alpha: number;
  readonly comparisons: number;
  readonly doubt: string | undefined;
}

function concluded(figures: Figures, adjustedPValue: number, grounds: Grounds): MetricComparison {
  const { noiseFloor, tolerance, alpha, comparisons, doubt } = grounds;
  const { metric, low, high } = figures;
  const result = (verdict: Verdict, reason: string | null = null): MetricComparison => ({
    ...figures,
    adjustedPValue,
    noiseFloor,
    detectable: noiseFloor === null ? null : detectable(figures, Math.max(noiseFloor, tolerance)),
    verdict,
    reason,
  });
  const inconclusive = (reason: string) => result('inconclusive', reason);
  if (doubt !== undefined) return inconclusive(doubt);
  if (noiseFloor === null) return inconclusive('no noise floor was measured');
  const isMore = isMoreBetter(metric);
  const verdict = verdictOf(isMore ? low : 1 / high, isMore ? high : 1 / low, {
    noiseFloor,
    tolerance,
  });
  if (verdict === 'inconclusive') {
    return inconclusive(
      noiseFloor > tolerance ? 'within the noise floor' : 'the interval is too wide',
    );
  }
  if (verdict !== 'unchanged' && adjustedPValue > alpha) {
    return inconclusive(`may be chance among ${comparisons} comparisons`);
  }
  return result(verdict);
}

function detectable(change: Change, limit: number): number | null {
  return isBounded(change) ? detectableChange(Math.log(change.high / change.low) / 2, limit) : null;
}

function fewRounds(sets: RoundSets): string | undefined {
  const fewest = fewestOf(sets);
  if (fewest >= FEWEST_ROUNDS) return undefined;
  return `only ${fewest} ${fewest === 1 ? 'round' : 'rounds'}, and an interval needs ${FEWEST_ROUNDS}`;
}

function fewCalls(metric: Metric, { baseline, candidate }: RoundSets): string | undefined {
  const isTold = [...baseline, ...candidate].every((round) => isToldBy(round, metric));
  return isTold ? undefined : 'too few calls in a round for one to lie above it';
}

/** A percentile of calls that are too short to time is the clock's: equal code may differ in it, and other code not. */
function clockDoubt(
  { metric, baseline, candidate }: Figures,
  clockReadNs: number = 0,
): string | undefined {
  const isPercentile = PERCENTILES.some((name) => name === metric);
  if (!isPercentile || !isTimerLimited(Math.min(baseline, candidate), clockReadNs))
    return undefined;
  return 'timer-limited: below twenty clock reads; calls/s tells';
}

/** Whether both sides have a round in which a call succeeded: what others took for nothing is no figure. */
function isMeasured({ baseline, candidate }: RoundSets): boolean {
  return baseline.some(hasSuccess) && candidate.some(hasSuccess);
}

function fewestOf({ baseline, candidate }: RoundSets): number {
  return Math.min(baseline.length, candidate.length);
}

/** Of paired rounds, those that both sides have, in the same order. */
function matched({ baseline, candidate, pairing }: RoundSets): RoundSets {
  if (pairing === 'unpaired') return { baseline, candidate, pairing };
  const byRound = new Map(candidate.map((each) => [each.round, each]));
  const common = baseline.filter(({ round }) => byRound.has(round));
  const others = common.map(({ round }) => byRound.get(round) as RoundRecord);
  return { baseline: common, candidate: others, pairing };
}
