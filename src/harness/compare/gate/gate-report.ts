/**
 * How a gate came out, as one value: a comparison, which every format of comparisons can
 * render, and what is the gate's alone. As JSON it is what `toolrig gate --json` prints.
 */

import type { Environment } from '../../results/environment.ts';
import type { Verdict } from '../../results/run-record.ts';
import type { ComparisonProblem, ComparisonReport } from '../comparison-report.ts';
import type { MetricComparison, SubjectComparison } from '../suite.ts';
import type { GateConclusion, GateOutcome, GateVerdict, StopReason } from './gate.ts';
import type { Judgement } from './judgement.ts';
import { QUAD, type Quad, type Side } from './quad.ts';
import type { GateSample } from './sample.ts';

/** What is known besides the outcome. */
export interface GateContext
  extends Pick<ComparisonReport, 'baseline' | 'candidate' | 'tolerance'> {
  readonly environment: Environment;
  readonly stopped: StopReason;
  readonly elapsedMs: number;
  readonly budgetMs: number;
  /** Every process, in order. */
  readonly processes: readonly GateProcess[];
  /** What there was nothing to measure of on one of the sides. */
  readonly notGated: readonly string[];
  readonly warnings: readonly string[];
}

/** A process, and what it measured. */
export interface GateProcess {
  readonly side: Side;
  readonly scenario: string;
  readonly samples: readonly GateSample[];
}

export interface GateReport extends ComparisonReport {
  readonly gate: GateSummary;
  readonly environment: Environment;
  readonly processes: readonly GateProcess[];
}

export interface GateSummary extends GateConclusion {
  readonly stopped: StopReason;
  readonly elapsedMs: number;
  readonly budgetMs: number;
  readonly looks: number;
  readonly notGated: readonly string[];
  /** What was only watched, and could not be decided; a line each. */
  readonly undecided: readonly string[];
}

const AS_COMPARISON: Readonly<Record<GateVerdict, Verdict>> = {
  passed: 'unchanged',
  regressed: 'regressed',
  broken: 'regressed',
  inconclusive: 'inconclusive',
  invalid: 'inconclusive',
};

/** What a reader of any format must take for a failure or an error, though no metric says so. */
const AS_PROBLEM: Readonly<Partial<Record<GateVerdict, ComparisonProblem['kind']>>> = {
  broken: 'failure',
  invalid: 'error',
};

/** Puts the report of a gate together. */
export function reportGate(outcome: GateOutcome, context: GateContext): GateReport {
  const { baseline, candidate, tolerance, environment, processes, ...work } = context;
  const { stopped, elapsedMs, budgetMs } = work;
  const { judgements, advisory, looks, confidence, undecided } = outcome;
  const notGated = [...work.notGated, ...outcome.notGated];
  const wasCutShort = stopped === 'interrupted' && outcome.verdict === 'passed';
  const verdict = wasCutShort ? 'inconclusive' : outcome.verdict;
  const reasons = wasCutShort ? ['it was interrupted'] : outcome.reasons;
  const kind = AS_PROBLEM[verdict];
  return {
    baseline,
    candidate,
    tolerance,
    confidence,
    verdict: AS_COMPARISON[verdict],
    problems: kind === undefined ? [] : reasons.map((text) => ({ kind, text })),
    warnings: [...work.warnings, ...notGated.map((each) => `not gated: ${each}`)],
    subjects: subjectsOf([...judgements, ...advisory.map(withoutConsequence)]),
    gate: { verdict, reasons, stopped, elapsedMs, budgetMs, looks, notGated, undecided },
    environment,
    processes,
  };
}

/** The processes of quads. */
export function processesOf(quads: readonly Quad[]): GateProcess[] {
  return quads.flatMap(({ scenario, samples }) =>
    samples.map((each, index) => ({ side: QUAD[index] as Side, scenario, samples: each })),
  );
}

/** Nothing that reads a report may take an advisory metric for a failure. */
function withoutConsequence(judgement: Judgement): Judgement {
  if (judgement.verdict !== 'regressed') return judgement;
  return { ...judgement, verdict: 'inconclusive', reason: 'worse, and advisory: never gated' };
}

function subjectsOf(judgements: readonly Judgement[]): SubjectComparison[] {
  const subjects = new Map<string, Judgement[]>();
  for (const each of judgements) {
    const key = JSON.stringify([each.scenario, each.variant]);
    subjects.set(key, [...(subjects.get(key) ?? []), each]);
  }
  return [...subjects.values()].map((own) => {
    const { scenario, variant } = own[0] as Judgement;
    const count = Math.max(...own.map((each) => each.count));
    return {
      scenario,
      variant,
      pairing: 'paired',
      rounds: { baseline: count, candidate: count },
      metrics: distinct(own).map(metricOnly),
    };
  });
}

/** Of metrics that one figure stood for, the first: the others would be its rows again, under names that are not its own. */
function distinct(own: readonly Judgement[]): Judgement[] {
  return own.filter(
    ({ figure }, index) => own.findIndex((each) => each.figure === figure) === index,
  );
}

function metricOnly(judgement: Judgement): MetricComparison {
  const { scenario: _, variant: _variant, count: _count, figure, ...metric } = judgement;
  return { ...metric, metric: figure };
}
