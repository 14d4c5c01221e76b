/**
 * Gates on a baseline: a run that one process made, some time ago, on this machine.
 *
 * It cannot take turns with the candidate, so what the machine was like then is in the difference, and
 * nothing measured today removes that. And it had one process's luck. The candidate is started
 * several times, which shows how far starts of the same code lie apart; a difference within what one
 * more start could have shown is noise. So such a gate finds large changes only, and says how large.
 *
 * That noise floor is the interval in which one more start would lie, from Student's t: G. J. Hahn
 * & W. Q. Meeker, "Statistical Intervals", 1991, ch. 4.
 */

import type { RunRecord, ScenarioRecord, VariantRecord } from '../../results/run-record.ts';
import { studentQuantile } from '../../stats/bootstrap.ts';
import { unpairedShift } from '../../stats/hodges-lehmann.ts';
import { mannWhitney } from '../../stats/mann-whitney.ts';
import { metricOf } from '../metric.ts';
import { conclude, type GateOutcome } from './gate.ts';
import { type JudgementRules, judgeAll, logOf, type Observation, reachOf } from './judgement.ts';
import type { GateFailure } from './quad.ts';
import { comparedBy, type GateMetric, type GateSample, samplesOf } from './sample.ts';

/** Starts of the candidate that a verdict needs, and that are made. */
export const STARTS = 8;

export interface BaselineRules {
  readonly metrics: readonly GateMetric[];
  readonly advisory: readonly GateMetric[];
  readonly tolerance: number;
  /** How often a gate may make a claim that is not true. Default: 0.025. */
  readonly alpha?: number;
}

/** One variant on one case. */
interface BaselineSubject {
  readonly own: VariantRecord;
  readonly before: GateSample;
  readonly starts: readonly GateSample[];
}

/**
 * Judges the starts of the candidate against a baseline, as far as they measured the same.
 *
 * @param baseline - only the scenarios and variants that are gated
 * @param starts - what each process of the candidate measured
 */
export function judgeBaseline(
  baseline: RunRecord,
  starts: readonly (readonly GateSample[])[],
  { metrics, advisory, tolerance, alpha = 0.025 }: BaselineRules,
): GateOutcome {
  let failure = failureIn(starts);
  const notGated: string[] = [];
  const subjects: BaselineSubject[] = [];
  for (const before of samplesOf(baseline)) {
    const where = `${before.scenario} on ${before.variant}`;
    const own = recordOf(baseline, before);
    const after = starts.flatMap((each) => each.filter((one) => isSame(one, before)));
    const load = after.find((one) => one.load !== before.load)?.load;
    if (after.length < starts.length) failure ??= missingIn(where, after.length, starts.length);
    else if (load !== undefined)
      notGated.push(`${where}: the baseline was made with ${before.load}`);
    else if (before.failure !== undefined)
      notGated.push(`${where}: ${before.failure} in the baseline`);
    else subjects.push({ own, before, starts: after });
  }
  const judge = (which: readonly GateMetric[]) => {
    const rules: JudgementRules = { metrics: which, tolerance, alpha };
    const observed = subjects.flatMap((each) => which.map((name) => observe(each, name, rules)));
    return judgeAll(observed, rules);
  };
  const judgements = judge(metrics);
  return {
    ...conclude(judgements, failure),
    judgements,
    undecided: [],
    advisory: judge(advisory),
    notGated,
    looks: 1,
    confidence: 1 - 2 * alpha,
  };
}

function observe(
  { own, before, starts }: BaselineSubject,
  metric: GateMetric,
  { tolerance, alpha }: JudgementRules,
): Observation {
  const figure = comparedBy(metric, [before, ...starts]);
  const base = own.rounds.map((round) => Math.log(Math.max(1, metricOf(figure, round))));
  const candidate = starts.map((each) => logOf(each, figure));
  const confidence = 1 - 2 * alpha;
  const shift = unpairedShift(base, candidate, { confidence });
  const noiseFloor = candidate.length < STARTS ? null : oneMoreStart(candidate, confidence);
  const limit = Math.log1p(Math.max(tolerance, noiseFloor ?? 0));
  const raised = base.map((value) => value + limit);
  return {
    scenario: before.scenario,
    variant: before.variant,
    metric,
    figure,
    count: starts.length,
    baseline: Math.exp(mean(base)),
    candidate: Math.exp(mean(candidate)),
    ratio: Math.exp(shift.estimate),
    low: Math.exp(shift.low),
    high: Math.exp(shift.high),
    pValue: mannWhitney(candidate, raised).pValue.greater,
    noiseFloor,
    detectable: noiseFloor === null ? null : Math.expm1(limit + reachOf(shift, alpha)),
    isEnough: shift.confidence >= confidence,
  };
}

/** How far from the middle of the others one more start would lie. */
function oneMoreStart(logs: readonly number[], confidence: number): number {
  const { length } = logs;
  const middle = mean(logs);
  const squares = logs.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  const deviation = Math.sqrt(squares / (length - 1));
  const t = studentQuantile((1 + confidence) / 2, length - 1);
  return Math.expm1(t * deviation * Math.sqrt(1 + 1 / length));
}

function failureIn(starts: readonly (readonly GateSample[])[]): GateFailure | undefined {
  for (const { scenario, variant, calls, failure } of starts.flat()) {
    const where = `${scenario} on ${variant}`;
    if (calls === 0) return { kind: 'invalid', reason: `${where}: no call was made` };
    if (failure !== undefined) return { kind: 'broken', reason: `${where}: ${failure}` };
  }
  return undefined;
}

/** A gate must not become smaller by itself. */
function missingIn(where: string, found: number, starts: number): GateFailure {
  return found === 0
    ? { kind: 'broken', reason: `${where}: the baseline has it, and the candidate no longer does` }
    : { kind: 'invalid', reason: `${where}: measured in ${found} of ${starts} starts` };
}

function recordOf({ scenarios }: RunRecord, sample: GateSample): VariantRecord {
  const { variants } = scenarios.find(({ name }) => name === sample.scenario) as ScenarioRecord;
  return variants.find(({ variant }) => variant === sample.variant) as VariantRecord;
}

function isSame(one: GateSample, two: GateSample): boolean {
  return one.scenario === two.scenario && one.variant === two.variant;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
